using System.Buffers.Binary;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Journal;

/// <summary>
/// Keeps the numbering of topics that retain messages on this node's disk, so that what was promised and acknowledged survives when
/// every process is killed at once (docs/decisions/0013). Reads the journals at start; until that is done Scribe does nothing. Gives
/// StoreWrite, StoreRead and StoreRemove; takes StoreChanged and StoreGot.
/// </summary>
internal sealed class JournalKeeper(ScribeContext context)
{
    /// <summary>The tag of a journal's entries in the store; PAST takes its lowest byte for none of its kinds.</summary>
    public const ulong StoreTag = 0x5C;

    /// <summary>Reads under way at once at start: enough to keep a disk busy, few enough for the store's queue.</summary>
    private const int ReadsMax = 32;

    private const int MetaHeadBytes = RingId.SizeBytes + sizeof(ulong);

    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<RingId, TopicJournal> _journals = [];
    private readonly Dictionary<long, (RingId Topic, ulong Index)> _writes = [];
    private readonly Dictionary<long, FileId> _reads = [];
    private readonly Queue<FileId> _unread = new();
    private readonly SortedDictionary<RingId, JournalReplay> _replays = [];
    private readonly Dictionary<FileId, bool> _unreadable = [];

    /// <summary>Whether the journals are being read.</summary>
    public bool IsLoading => _reads.Count > 0 || _unread.Count > 0;

    /// <summary>Begins to read what the store has of journals.</summary>
    public void Load(IEnumerable<FileId> entries)
    {
        foreach (FileId entry in entries) _unread.Enqueue(entry);
        ReadOn();
    }

    /// <summary>Has written what the disk does not have of the replica, if its topic retains messages.</summary>
    public void Save(TopicReplica replica)
    {
        if (!replica.IsDurable || replica.Name.Length == 0) return;
        TopicJournal journal = JournalOf(replica.Topic);
        if (context.Now < journal.QuietUntil) return;
        foreach ((ulong index, byte[] bytes) in journal.Changes(replica)) Write(journal, index, bytes);
    }

    /// <summary>Sends a message that speaks of the replica as soon as the disk has what it speaks of.</summary>
    public void SendWhenSaved(TopicReplica replica, Message message, NodeHandle to)
    {
        Save(replica);
        if (!replica.IsDurable || _journals.GetValueOrDefault(replica.Topic) is not { } journal) context.Send(message, to);
        else if (context.Now >= journal.QuietUntil && journal.MayBeSaid(message, to)) context.Send(message, to);
    }

    /// <summary>The last number of the replica that would survive here: all of it where nothing is retained.</summary>
    public ulong SavedLast(TopicReplica replica) => !replica.IsDurable ? replica.Log.Last : _journals.GetValueOrDefault(replica.Topic)?.DurableLast(replica.Log) ?? 0;

    /// <summary>Whether all of the replica would survive here.</summary>
    public bool IsSaved(TopicReplica replica) => !replica.IsDurable || _journals.GetValueOrDefault(replica.Topic) is { IsClean: true };

    /// <summary>The replica is no longer kept: neither is its journal.</summary>
    public void Forget(RingId topic)
    {
        if (!_journals.Remove(topic, out TopicJournal? journal)) return;
        for (ulong i = journal.OldestIndex; i < journal.NextIndex; i++) Remove(topic, i);
    }

    public void OnChanged(StoreChanged changed)
    {
        if (!_writes.Remove(changed.Id, out (RingId Topic, ulong Index) write) || !_journals.TryGetValue(write.Topic, out TopicJournal? journal)) return;
        if (changed.Status is not (StoreStatus.Done or StoreStatus.Exists))
        {
            context.Report(FactKind.Dropped, write.Topic);
            journal.Break(context.Now + QuietTime);
            return;
        }

        journal.Done(write.Index);
        while (journal.TryTakeHeld(out Message message, out NodeHandle to)) context.Send(message, to);
        if (journal.IsClean) RemoveOld(journal);
        if (context.Topics.Find(write.Topic) is { Office: not null } topic) context.Roots.Sequencer.Advance(topic);
    }

    public void OnGot(StoreGot got)
    {
        if (!_reads.Remove(got.Id)) return;
        Note(got);
        ReadOn();
        if (!IsLoading) Restore();
    }

    private TopicJournal JournalOf(RingId topic)
    {
        if (!_journals.TryGetValue(topic, out TopicJournal? journal)) _journals.Add(topic, journal = new TopicJournal(topic, 1));
        return journal;
    }

    private void Write(TopicJournal journal, ulong index, byte[] entry)
    {
        long work = context.Host.NextWorkId();
        _writes.Add(work, (journal.Topic, index));
        byte[] meta = new byte[MetaHeadBytes + entry.Length];
        journal.Topic.WriteTo(meta);
        BinaryPrimitives.WriteUInt64BigEndian(meta.AsSpan(RingId.SizeBytes), index);
        entry.CopyTo(meta.AsSpan(MetaHeadBytes));
        context.Host.Do(new StoreWrite(work, IdOf(journal.Topic, index), StoreTag, meta, null));
    }

    private void Remove(RingId topic, ulong index) => context.Host.Do(new StoreRemove(context.Host.NextWorkId(), IdOf(topic, index), 0, default));

    private void RemoveOld(TopicJournal journal)
    {
        for (ulong i = journal.OldestIndex; i < journal.FirstIndex; i++) Remove(journal.Topic, i);
        journal.OldestIndex = journal.FirstIndex;
    }

    private void ReadOn()
    {
        while (_reads.Count < ReadsMax && _unread.TryDequeue(out FileId next))
        {
            long work = context.Host.NextWorkId();
            _reads.Add(work, next);
            context.Host.Do(new StoreRead(work, next, MetaOnly: true));
        }
    }

    private void Note(StoreGot got)
    {
        ReadOnlySpan<byte> meta = got.Meta.Span;
        if (got.Status != StoreStatus.Done || meta.Length < MetaHeadBytes)
        {
            _unreadable[got.Object] = true;
            return;
        }

        var topic = RingId.FromBytes(meta[..RingId.SizeBytes]);
        ulong index = BinaryPrimitives.ReadUInt64BigEndian(meta[RingId.SizeBytes..]);
        if (!_replays.TryGetValue(topic, out JournalReplay? replay)) _replays.Add(topic, replay = new JournalReplay());
        replay.Add(index, JournalEntry.TryDecode(meta[MetaHeadBytes..]), meta.Length);
    }

    private void Restore()
    {
        foreach ((RingId topic, JournalReplay replay) in _replays)
        {
            NoteUnreadable(topic, replay);
            var journal = new TopicJournal(topic, replay.Highest + 1) { OldestIndex = replay.Indexes.First() };
            _journals.Add(topic, journal);
            TopicReplica replica = context.Replicas.New(topic, replay.Name);
            bool isWhole = replay.TryReplay(replica, out ulong first, out ulong last, out long bytes) && !replay.IsMaimed;
            if (replica.Name.Length == 0 || TopicName.IdOf(replica.Name) != topic) continue;
            // Behind a gap nothing counts, and the indexes there are in use: the journal begins anew with the next change.
            if (isWhole && last == replay.Highest) journal.Adopt(replica, first, bytes);
            context.Replicas.Adopt(replica, isWhole);
        }

        _replays.Clear();
        _unreadable.Clear();
        context.Loaded();
    }

    /// <summary>An entry that cannot be read does not say whose it is; its id does, to whoever tries the indexes that are missing.</summary>
    private void NoteUnreadable(RingId topic, JournalReplay replay)
    {
        if (_unreadable.Count == 0) return;
        ulong[] known = [.. replay.Indexes];
        for (ulong i = known[0] > 1 ? known[0] - 1 : 1; i <= known[^1] + 1; i++)
        {
            if (!known.Contains(i) && _unreadable.ContainsKey(IdOf(topic, i))) replay.Add(i, null, 0);
        }
    }

    /// <summary>Where an entry lies in this node's store: SHA-256 of a tag, the topicId and the index, so that it never meets an object of PAST's.</summary>
    private static FileId IdOf(RingId topic, ulong index)
    {
        Span<byte> preimage = stackalloc byte[24 + MetaHeadBytes];
        "pastryactors/journal/1\0\0"u8.CopyTo(preimage);
        topic.WriteTo(preimage[24..]);
        BinaryPrimitives.WriteUInt64BigEndian(preimage[(24 + RingId.SizeBytes)..], index);
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        Hash256.Of(preimage).WriteTo(hash);
        return FileId.FromBytes(hash[..FileId.SizeBytes]);
    }
}
