using PastryActors.Core.Ring;

namespace PastryActors.Node.Files;

/// <summary>
/// The parts of one file that is being put, by their ids, each noted before it is sent: so that whatever ends the put, nothing lies in the ring
/// that its owner does not know of. Safe for any thread; while it is open nobody can reclaim them.
/// </summary>
public abstract class PutNote : IDisposable
{
    private readonly HashSet<FileId> _parts = [];
    private readonly HashSet<FileId> _doubtful = [];
    private readonly Lock _gate = new();

    private protected PutNote(string path) => NotePath = path;

    /// <summary>Where the note is, or would be, that outlives its process.</summary>
    private protected string NotePath { get; }

    /// <summary>Whether an earlier put of the same file left it, so that some of its parts may be in the ring.</summary>
    public bool IsTakenUp { get; private protected init; }

    /// <summary>All parts noted, also those of a put that was taken up.</summary>
    public IReadOnlyList<FileId> Parts
    {
        get
        {
            lock (_gate) return [.. _parts];
        }
    }

    /// <summary>Notes a part that is about to be sent.</summary>
    public virtual void Add(FileId part)
    {
        lock (_gate) _parts.Add(part);
    }

    /// <summary>Nobody said what became of a part: that no node has it proves nothing, for it may be on its way to one.</summary>
    public void Doubt(FileId part)
    {
        lock (_gate) _doubtful.Add(part);
    }

    /// <summary>Whether a part may still come to be stored.</summary>
    public bool IsDoubtful(FileId part)
    {
        lock (_gate) return _doubtful.Contains(part);
    }

    /// <summary>
    /// The put comes to its end with the file that consists of these parts. What else was sent for it, under ids that found no room or that an earlier try chose while the node that has one was away, or of another content, the file
    /// does not name: it is noted beside, and goes when the file is reclaimed. To be called before the file is noted as inserted.
    /// </summary>
    public void Keep(IReadOnlySet<FileId> file)
    {
        FileId[] left;
        lock (_gate) left = [.. _parts.Where(p => !file.Contains(p))];
        UnfinishedPuts.AddLeft(NotePath, left);
    }

    /// <summary>The put has ended, and left nothing that is not known otherwise.</summary>
    public abstract void Done();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The put has ended; unless it was done before, what it noted stays noted.</summary>
    protected abstract void Dispose(bool disposing);
}
