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
    private readonly Lock _gate = new();

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

    /// <summary>Notes a part that is about to be sent.</summary>
    public void Add(FileId part)
    {
        Append(Encoding.ASCII.GetBytes(part + "\n"));
        lock (_gate) _parts.Add(part);
    }

    /// <summary>The put has ended, and left nothing that is not known otherwise.</summary>
    public void Done() => File.Delete(_file.Name);

    /// <summary>
    /// The put has ended with the file that consists of these parts. What else was sent for it, under ids that an earlier try chose while the node that has one was away, or of another content, the file does not name: it is noted
    /// beside, and goes when the file is reclaimed.
    /// </summary>
    public void Done(IReadOnlySet<FileId> file)
    {
        string[] left;
        lock (_gate) left = [.. _parts.Where(p => !file.Contains(p)).Select(p => p.ToString())];
        if (left.Length > 0) File.AppendAllLines(UnfinishedPuts.LeftBeside(_file.Name), left);
        Done();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

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
