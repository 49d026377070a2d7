using System.Text.Json;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>
/// What one owner inserted and reclaimed: lines of JSON, a file a process, in one folder beside the owner's key. The ring is the truth
/// about files; the journal only remembers which of them to ask for. Safe for any thread.
/// </summary>
public sealed class OwnerJournal : IDisposable
{
    private const string Suffix = ".jsonl";

    private readonly string _folder;
    private readonly Lock _gate = new();
    private readonly FileStream _own;
    private readonly Dictionary<FileId, (bool Held, long At)> _latest = new();
    private readonly Dictionary<string, long> _readTo = [];

    /// <summary>Opens the journal of this process; only the process that owns <paramref name="writer"/> writes to that file.</summary>
    /// <param name="folder">Shared by all processes of the owner.</param>
    /// <param name="writer">Names this process for good (its nodeId).</param>
    public OwnerJournal(string folder, string writer)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        Puts = new UnfinishedPuts(Path.Combine(folder, "unfinished"), writer);
        string path = Path.Combine(folder, writer + Suffix);
        _own = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        EndTornLine();
    }

    /// <summary>What is being put, or was when its process ended.</summary>
    public UnfinishedPuts Puts { get; }

    /// <summary>Lines that were no entries: torn by a crash, or damaged. They are passed over.</summary>
    public long UnreadableLines { get; private set; }

    /// <summary>Notes that a file was acknowledged.</summary>
    public void Inserted(ObjectCertificate c) =>
        Append(new JournalEntry("insert", c.File.ToString(), c.CreatedUnixMilliseconds, c.Name, c.FileSize, c.Replicas));

    /// <summary>Notes that a file was reclaimed.</summary>
    public void Reclaimed(FileId file, long unixMilliseconds) => Append(new JournalEntry("reclaim", file.ToString(), unixMilliseconds));

    /// <summary>Whether any process of this owner got the file acknowledged, and none reclaimed it later.</summary>
    public bool WasAcknowledged(FileId file) => Last(file) == true;

    /// <summary>Whether the owner reclaimed the file, and nobody inserted it again since.</summary>
    public bool WasReclaimed(FileId file) => Last(file) == false;

    /// <summary>The files that stand, over all processes, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Files()
    {
        var standing = new Dictionary<string, JournalEntry>();
        List<JournalEntry> entries = [];
        lock (_gate)
        {
            foreach (string path in Paths()) ReadFrom(path, 0, entries.Add);
        }

        foreach (JournalEntry entry in entries.OrderBy(e => e.UnixMilliseconds).ThenBy(e => !e.Inserted))
        {
            if (entry.Inserted) standing[entry.FileId] = entry;
            else standing.Remove(entry.FileId);
        }

        return [.. standing.Values.OrderBy(e => e.UnixMilliseconds).ThenBy(e => e.FileId, StringComparer.Ordinal)];
    }

    /// <summary>The puts that did not end, oldest first. One of a file that was acknowledged meanwhile has nothing left to tell.</summary>
    public IReadOnlyList<UnfinishedPut> Unfinished()
    {
        List<UnfinishedPut> open = [];
        foreach (UnfinishedPut put in Puts.List())
        {
            if (WasAcknowledged(put.File)) Puts.Forget(put.File);
            else open.Add(put);
        }

        return open;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Puts.Dispose();
        _own.Dispose();
    }

    private void Append(JournalEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        lock (_gate)
        {
            _own.Seek(0, SeekOrigin.End);
            _own.Write(line);
        }
    }

    private bool? Last(FileId file)
    {
        lock (_gate)
        {
            Refresh();
            return _latest.TryGetValue(file, out (bool Held, long At) latest) ? latest.Held : null;
        }
    }

    // Reads what all processes wrote since the last time.
    private void Refresh()
    {
        foreach (string path in Paths())
        {
            _readTo[path] = ReadFrom(path, _readTo.GetValueOrDefault(path), Note);
        }
    }

    // The files are read one after the other, so only the clock tells which of two entries is the later; of one moment the reclaim is.
    private void Note(JournalEntry entry)
    {
        if (!FileId.TryParse(entry.FileId, out FileId id)) return;
        bool newer = !_latest.TryGetValue(id, out (bool Held, long At) known) || entry.UnixMilliseconds > known.At || (entry.UnixMilliseconds == known.At && !entry.Inserted);
        if (newer) _latest[id] = (entry.Inserted, entry.UnixMilliseconds);
    }

    private string[] Paths() => Directory.GetFiles(_folder, "*" + Suffix);

    private long ReadFrom(string path, long offset, Action<JournalEntry> take)
    {
        // Every put asks, and mostly nothing is new: not even opened then.
        if (new FileInfo(path).Length <= offset) return offset;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        byte[] bytes = new byte[file.Length - offset];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, length);
        // A line without its end is one that is being written; it is read next time.
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            Read(rest[..end], take);
            offset += end + 1;
        }

        return offset;
    }

    private void Read(ReadOnlySpan<byte> line, Action<JournalEntry> take)
    {
        try
        {
            if (!line.IsEmpty && JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry) is { FileId: not null } entry) take(entry);
        }
        catch (JsonException)
        {
            UnreadableLines++;
        }
    }

    private void EndTornLine()
    {
        if (_own.Length == 0) return;
        _own.Seek(-1, SeekOrigin.End);
        if (_own.ReadByte() != '\n') _own.WriteByte((byte)'\n');
    }
}
