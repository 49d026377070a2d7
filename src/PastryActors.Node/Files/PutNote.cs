using System.Text;
using System.Text.Json;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Files;

/// <summary>
/// The parts of one file that is being put, by their ids, each noted before it is sent: so that whatever ends the put, nothing lies in the ring
/// that its owner does not know of. A line a part, behind one that describes the file. Safe for any thread; while it is open nobody can reclaim them.
/// </summary>
public sealed class PutNote : IDisposable
{
    private readonly FileStream _file;
    private readonly HashSet<FileId> _parts = [];
    private readonly HashSet<FileId> _doubtful = [];
    private readonly Lock _gate = new();
    private bool _isDone;

    internal PutNote(string path, JournalEntry description)
    {
        // Others may put the very same file at the same time, and note its parts here too.
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        IsTakenUp = _file.Length > 0;
        if (IsTakenUp) ReadParts();
        // A put taken up begins on a line of its own: the last may have been torn.
        if (_file.Length == 0) Append([.. JsonSerializer.SerializeToUtf8Bytes(description, JournalJson.Default.JournalEntry), (byte)'\n']);
        else Append("\n"u8.ToArray());
    }

    /// <summary>Whether an earlier put of the same file left it, so that some of its parts may be in the ring.</summary>
    public bool IsTakenUp { get; }

    /// <summary>All parts noted, also those of a put that was taken up.</summary>
    public IReadOnlyList<FileId> Parts
    {
        get
        {
            lock (_gate) return [.. _parts];
        }
    }

    /// <summary>Notes a part that is about to be sent.</summary>
    public void Add(FileId part)
    {
        Append(Encoding.ASCII.GetBytes(part + "\n"));
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
        UnfinishedPuts.AddLeft(_file.Name, left);
    }

    /// <summary>The put has ended, and left nothing that is not known otherwise.</summary>
    public void Done()
    {
        _isDone = true;
        File.Delete(_file.Name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Another put of the very same file ended it, and took the note along.
        if (!_isDone && !File.Exists(_file.Name)) UnfinishedPuts.AddLeft(_file.Name, Parts);
        _file.Dispose();
    }

    private void ReadParts()
    {
        using var lines = new StreamReader(_file, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            if (FileId.TryParse(line, out FileId part)) _parts.Add(part);
        }
    }

    private void Append(byte[] line)
    {
        lock (_gate)
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write(line);
        }
    }
}
