using System.Globalization;
using System.Text;
using System.Text.Json;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;

namespace PastryActors.Node.Files;

/// <summary>
/// The small puts that one process has under way: a line when one begins and a line when it has ended, in two files that take turns, so that
/// each is emptied once nothing in it is open. A file for each put would cost more than the put: file systems look long for a free inode where many were just
/// deleted. What is open when the process dies is taken over as notes (<see cref="TakeOver"/>) by whoever looks next. Safe for any thread.
/// </summary>
internal sealed class PutIntents : IDisposable
{
    private const string Suffix = ".intents";

    // Two of them are read whole by whoever lists or reclaims.
    private const long HalfBytesMax = 256 << 10;

    private readonly Half[] _halves;
    private readonly Lock _gate = new();
    private int _current;

    // Not from one: what an earlier run left stays in the same file while a note of the same put is being reclaimed.
    private long _last = Random.Shared.NextInt64(long.MaxValue / 2);

    /// <summary>Opens the files of this process; what its last run left open must have been taken over.</summary>
    public PutIntents(string folder, string writer) => _halves = [new Half(PathOf(folder, writer, 0)), new Half(PathOf(folder, writer, 1))];

    /// <summary>Notes that a put begins; returns what <see cref="End"/> is to be told.</summary>
    public PutIntent Begin(JournalEntry description)
    {
        lock (_gate)
        {
            if (_halves[_current].Bytes >= HalfBytesMax && _halves[1 - _current].TryEmpty()) _current = 1 - _current;
            long number = ++_last;
            _halves[_current].Begin($"+{number} {JsonSerializer.Serialize(description, JournalJson.Default.JournalEntry)}\n");
            return new PutIntent(_current, number);
        }
    }

    /// <summary>It has ended, and what it left is known otherwise.</summary>
    public void End(PutIntent intent)
    {
        lock (_gate) _halves[intent.Half].End($"-{intent.Number}\n");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Half half in _halves) half.Dispose();
    }

    /// <summary>The puts that were open when the files were read, of all processes. Of what begins while they are read it may miss some.</summary>
    public static IEnumerable<JournalEntry> Open(string folder)
    {
        foreach (string path in Directory.GetFiles(folder, "*" + Suffix))
        {
            using FileStream file = UnfinishedPuts.OpenShared(path);
            foreach (JournalEntry entry in OpenIn(file)) yield return entry;
        }
    }

    /// <summary>Hands over what processes left open that have ended, and empties their files.</summary>
    public static void TakeOver(string folder, Action<FileId, JournalEntry> note)
    {
        foreach (string path in Directory.GetFiles(folder, "*" + Suffix))
        {
            // Whoever runs holds it together with others.
            using FileStream? file = UnfinishedPuts.TakeAlone(path);
            if (file is null || file.Length == 0) continue;
            try
            {
                foreach (JournalEntry entry in OpenIn(file))
                {
                    if (FileId.TryParse(entry.FileId, out FileId id)) note(id, entry);
                }

                file.SetLength(0);
            }
            catch (Exception error) when (error is IOException or RequestFailedException)
            {
                // The disk is full, or a note of the same file is being reclaimed: whoever looks next takes them over.
            }
        }
    }

    private static string PathOf(string folder, string writer, int half) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{writer}.{half}{Suffix}"));

    // A line torn by a crash is of a put that had sent nothing, or of an end: then the put is noted once more, and found acknowledged.
    private static IReadOnlyCollection<JournalEntry> OpenIn(FileStream file)
    {
        Dictionary<long, JournalEntry> open = [];
        using var reader = new StreamReader(file, leaveOpen: true);
        ReadOnlySpan<char> text = reader.ReadToEnd();
        for (int end; (end = text.IndexOf('\n')) >= 0; text = text[(end + 1)..])
        {
            ReadOnlySpan<char> line = text[..end];
            int space = line.IndexOf(' ');
            if (line.Length < 2 || !long.TryParse(line[1..(space < 0 ? line.Length : space)], CultureInfo.InvariantCulture, out long number)) continue;
            if (line[0] == '-') open.Remove(number);
            else if (space > 0 && JournalEntry.TryParse(line[space..]) is { } entry) open[number] = entry;
        }

        return open.Values;
    }

    private sealed class Half(string path) : IDisposable
    {
        private readonly FileStream _file = UnfinishedPuts.OpenShared(path);
        private int _open;
        private string _owed = "";

        public long Bytes => _file.Length;

        public void Begin(string line)
        {
            Write(_owed + line);
            _open++;
        }

        public void End(string line)
        {
            _open--;
            _owed += line;
            try
            {
                Write(_owed);
            }
            catch (IOException)
            {
                // The put has ended all the same: it is written with what comes next.
            }
        }

        public bool TryEmpty()
        {
            if (_open > 0) return false;
            _file.SetLength(0);
            _owed = "";
            return true;
        }

        public void Dispose() => _file.Dispose();

        private void Write(string lines)
        {
            long end = _file.Seek(0, SeekOrigin.End);
            try
            {
                _file.Write(Encoding.UTF8.GetBytes(lines));
                _owed = "";
            }
            catch (IOException)
            {
                // Half a line would take the next along.
                _file.SetLength(end);
                throw;
            }
        }
    }
}

/// <summary>A small put under way.</summary>
internal readonly record struct PutIntent(int Half, long Number);
