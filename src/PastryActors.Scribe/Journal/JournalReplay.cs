using PastryActors.Scribe.Replicas;

namespace PastryActors.Scribe.Journal;

/// <summary>
/// Makes a replica from what is left of its journal. Entries count from the latest checkpoint that is whole, as far as their indexes run
/// without a gap: what lies behind a gap was never said to be durable.
/// </summary>
internal sealed class JournalReplay
{
    private readonly SortedDictionary<ulong, (JournalEntry? Entry, int Bytes)> _entries = [];

    /// <summary>Notes an entry; null for one that could not be read.</summary>
    public void Add(ulong index, JournalEntry? entry, int bytes) => _entries[index] = (entry, bytes);

    public IEnumerable<ulong> Indexes => _entries.Keys;

    /// <summary>The highest index on the disk.</summary>
    public ulong Highest => _entries.Keys.Last();

    /// <summary>The name in any entry; empty if none can be read.</summary>
    public string Name => _entries.Values.FirstOrDefault(e => e.Entry is not null).Entry?.Name ?? "";

    /// <summary>Whether an entry is damaged that others follow: what was promised and acknowledged may be missing.</summary>
    public bool IsMaimed => _entries.Any(e => e.Value.Entry is null && e.Key != Highest);

    /// <summary>Brings a fresh replica to where the journal ends; the indexes that count, and their bytes. False if nothing can be made of it.</summary>
    public bool TryReplay(TopicReplica replica, out ulong first, out ulong last, out long bytes)
    {
        (first, last, bytes) = (0, 0, 0);
        foreach (ulong start in _entries.Where(e => e.Value.Entry is { Parts: > 0 }).Select(e => e.Key).Reverse())
        {
            ulong end = start;
            while (_entries.TryGetValue(end + 1, out (JournalEntry? Entry, int) next) && next.Entry is not null) end++;
            if (end - start + 1 < (ulong)_entries[start].Entry!.Parts) continue;
            (first, last) = (start, end);
            for (ulong i = start; i <= end; i++)
            {
                bytes += _entries[i].Bytes;
                replica.Restore(_entries[i].Entry!);
            }

            return true;
        }

        return false;
    }
}
