using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Journal;

/// <summary>
/// How far one replica of a topic's numbering is on this node's disk. Compares the replica with what was written last and says what is
/// to be written; holds back what may be said only when that is durable. A write counts when all before it are done.
/// </summary>
internal sealed class TopicJournal(RingId topic, ulong nextIndex)
{
    /// <summary>An entry takes so many bytes of messages, a single larger message excepted: well below what the store takes as one object.</summary>
    private const int EntryBytesMax = 512 * 1024;

    /// <summary>More entries than this, or <see cref="GarbageBytes"/> more bytes than the log has, and the journal begins anew: the disk keeps a few logs' worth at most.</summary>
    private const int EntriesMax = 2048;

    private const int GarbageBytes = 16 << 20;

    private readonly SortedDictionary<ulong, Pending> _pending = [];
    private readonly Queue<(ulong Index, Message Message, NodeHandle To)> _held = new();
    private TopicLog? _log;
    private Term _promised;
    private Term _term;
    private ReplicaGroup _group = ReplicaGroup.None;
    private TopicLog? _durableLog;
    private ulong _durableLast;

    public RingId Topic { get; } = topic;

    /// <summary>Index of the next entry.</summary>
    public ulong NextIndex { get; private set; } = nextIndex;

    /// <summary>Index of the first entry that counts; those before may be removed once it is durable.</summary>
    public ulong FirstIndex { get; private set; } = nextIndex;

    /// <summary>What of the entries before <see cref="FirstIndex"/> is still on the disk, from this index on.</summary>
    public ulong OldestIndex { get; set; } = nextIndex;

    /// <summary>What the entries that count take, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Until when nothing is written, since the disk failed.</summary>
    public Instant QuietUntil { get; private set; }

    public bool IsClean => _pending.Count == 0;

    /// <summary>The last number of this log that is durable here; 0 if the log is not.</summary>
    public ulong DurableLast(TopicLog log) => _durableLog == log ? Math.Min(_durableLast, log.Last) : 0;

    /// <summary>The replica is as the journal has it: it was read from it.</summary>
    public void Adopt(TopicReplica replica, ulong firstIndex, long bytes)
    {
        (_log, _promised, _term, _group) = (replica.Log, replica.Promised, replica.Log.Term, replica.Group);
        (_durableLog, _durableLast, FirstIndex, Bytes) = (replica.Log, replica.Log.Last, firstIndex, bytes);
        replica.Log.MarkSaved();
    }

    /// <summary>What is to be written so that the disk has all of the replica; none if it has.</summary>
    public List<(ulong Index, byte[] Bytes)> Changes(TopicReplica replica)
    {
        TopicLog log = replica.Log;
        bool isNew = log != _log || !log.IsSaved;
        bool isChanged = isNew || log.Last != log.SavedTo || log.Windows.IsReplaced || replica.Promised != _promised || log.Term != _term || replica.Group != _group;
        if (!isChanged && !MustBeginAnew(log)) return [];
        if (isNew) _durableLog = null;
        else if (log.SavedTo < _durableLast) _durableLast = log.SavedTo;
        List<JournalEntry> entries = isNew || MustBeginAnew(log) ? Checkpoint(replica) : Additions(replica);
        (_log, _promised, _term, _group) = (log, replica.Promised, log.Term, replica.Group);
        log.MarkSaved();
        return Number(entries, log);
    }

    /// <summary>Says it when all that was written so far is durable. True if it is, and may be said at once.</summary>
    public bool MayBeSaid(Message message, NodeHandle to)
    {
        if (IsClean) return true;
        _held.Enqueue((NextIndex - 1, message, to));
        return false;
    }

    /// <summary>A write is done. What may be said now comes out of <see cref="TryTakeHeld"/>.</summary>
    public void Done(ulong index)
    {
        if (!_pending.TryGetValue(index, out Pending? done)) return;
        done.IsDone = true;
        while (_pending.Count > 0 && _pending.First() is { Value.IsDone: true } first)
        {
            _pending.Remove(first.Key);
            if (first.Value.Log is { } log) (_durableLog, _durableLast) = (log, first.Value.Last);
        }
    }

    public bool TryTakeHeld(out Message message, out NodeHandle to)
    {
        ulong durable = _pending.Count == 0 ? NextIndex : _pending.First().Key;
        bool may = _held.TryPeek(out (ulong Index, Message Message, NodeHandle To) next) && next.Index < durable;
        if (may) _held.Dequeue();
        (message, to) = may ? (next.Message, next.To) : (null!, null!);
        return may;
    }

    /// <summary>The disk failed: what waited is not said, and the journal begins anew a little later. Peers ask again.</summary>
    public void Break(Instant quietUntil)
    {
        _pending.Clear();
        _held.Clear();
        (_log, _durableLog, _durableLast, QuietUntil) = (null, null, 0, quietUntil);
    }

    private bool MustBeginAnew(TopicLog log) => NextIndex - FirstIndex > EntriesMax || Bytes > GarbageBytes + (2L * log.Items.Bytes);

    private List<JournalEntry> Checkpoint(TopicReplica replica)
    {
        TopicLog log = replica.Log;
        ulong start = log.SavableStart;
        List<JournalEntry> entries = Split(replica, start, log.Windows.Snapshot());
        entries[0] = entries[0] with { Parts = entries.Count };
        (FirstIndex, Bytes) = (NextIndex, 0);
        return entries;
    }

    private static List<JournalEntry> Additions(TopicReplica replica) =>
        Split(replica, replica.Log.SavedTo, replica.Log.Windows.IsReplaced ? replica.Log.Windows.Snapshot() : default);

    private static List<JournalEntry> Split(TopicReplica replica, ulong after, ValueList<PublisherMemory> windows)
    {
        TopicLog log = replica.Log;
        var head = new JournalEntry(replica.Name, replica.Promised, log.Term, 0, after, replica.Group, windows, 0, default, default);
        List<JournalEntry> entries = [];
        ulong from = after + 1;
        while (log.TryRead(from, out Batch run, log.Last, EntryBytesMax))
        {
            entries.Add((entries.Count == 0 ? head : head with { Windows = default, Group = ReplicaGroup.None }) with { Keep = run.First - 1, First = run.First, Items = run.Items, Marks = run.Marks });
            from = run.Last + 1;
        }

        if (entries.Count == 0) entries.Add(head with { Keep = log.Last });
        return entries;
    }

    private List<(ulong Index, byte[] Bytes)> Number(List<JournalEntry> entries, TopicLog log)
    {
        List<(ulong, byte[])> numbered = [];
        foreach (JournalEntry entry in entries)
        {
            byte[] bytes = entry.Encode();
            bool isLast = numbered.Count == entries.Count - 1;
            // Only with its last part is a change there; before, the log on the disk is the one before.
            _pending.Add(NextIndex, isLast ? new Pending(log, log.Last) : new Pending(null, 0));
            numbered.Add((NextIndex++, bytes));
            Bytes += bytes.Length;
        }

        return numbered;
    }

    private sealed class Pending(TopicLog? log, ulong last)
    {
        public TopicLog? Log { get; } = log;

        public ulong Last { get; } = last;

        public bool IsDone { get; set; }
    }
}
