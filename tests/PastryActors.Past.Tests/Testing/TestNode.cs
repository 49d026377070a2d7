using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Tests.Testing;

/// <summary>One node of the test ring: PAST, a leaf set set by hand, and a disk in memory that outlives its restarts.</summary>
internal sealed class TestNode : IPastryHost
{
    private readonly TestRing _ring;
    private readonly PastOptions _options;
    private readonly int _leafSetSize;
    private long _workIds;

    public TestNode(TestRing ring, string name, PastOptions options, int leafSetSize)
    {
        (_ring, _options, _leafSetSize) = (ring, options, leafSetSize);
        Key = Keys.Of(name);
        Self = new NodeHandle(NodeIdentity.NodeIdOf(Key.Span), name, 1);
        LeafSet = new LeafSet(Self.Id, leafSetSize);
        Random = new RandomSource((ulong)Self.Id.Value);
        Past = null!;
    }

    public Blob Key { get; }

    public PastComponent Past { get; private set; }

    public LeafSet LeafSet { get; private set; }

    public bool IsAlive { get; private set; }

    /// <summary>What is on its disk.</summary>
    public SortedDictionary<FileId, (ulong Tag, Blob Meta, ContentRef? Content)> Disk { get; } = [];

    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>What PAST is told that it may use; the disk above may have other ideas. Counts from the next start.</summary>
    public long RoomBytes { get; set; } = long.MaxValue;

    public List<Reply> Replies { get; } = [];

    public List<Fact> Facts { get; } = [];

    public NodeHandle Self { get; }

    public Instant Now => _ring.Now;

    public RandomSource Random { get; }

    public bool IsActive => IsAlive;

    public LeafSetView Leafs => new(LeafSet, Self);

    public IReadOnlyList<NodeHandle> Awaited => [];

    public void Start()
    {
        IsAlive = true;
        LeafSet = new LeafSet(Self.Id, _leafSetSize);
        Past = new PastComponent(_options with { CapacityBytes = RoomBytes }, Key, Disk.Select(d => new StoreEntry(d.Key, d.Value.Tag, d.Value.Content?.Length ?? 0)));
        Past.Attach(this);
        Past.Started();
    }

    public void Stop() => IsAlive = false;

    /// <summary>Sees exactly these others.</summary>
    public void See(IEnumerable<NodeHandle> others)
    {
        List<NodeHandle> all = [.. others];
        List<NodeHandle> before = [.. LeafSet.Members()];
        List<NodeHandle> gone = [.. before.Where(m => !all.Contains(m))];

        // A leaf set that lost nodes fills up as it learns of others, which is Pastry's affair: here it is what it will be at once.
        before.ForEach(n => LeafSet.Remove(n.Id));
        all.ForEach(n => LeafSet.Add(n));
        bool changed = !before.ToHashSet().SetEquals(LeafSet.Members());
        gone.ForEach(Past.PeerFailed);
        if (changed) Past.NewLeafs(Leafs);
    }

    public bool Holds(FileId id) => StateOf(id) is EntryState.Replica or EntryState.Diverted;

    public bool HasTombstone(FileId id) => StateOf(id) == EntryState.Tombstone;

    /// <summary>The node that holds the object for this one, by the pointer on its disk; null if there is none.</summary>
    public NodeHandle? PointerTo(FileId id) => StateOf(id) == EntryState.Pointer ? CertificateCodec.TryDecodePointer(Disk[id].Meta.Span, out _)!.Holder : null;

    public EntryState? StateOf(FileId id) => Disk.TryGetValue(id, out var record) ? (EntryState)(byte)(record.Tag >> 16) : null;

    public void Route(Message message, RingId key) => _ring.Route(this, message, key);

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => _ring.Send(this, message, to, content);

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default)
    {
        PastComponent past = Past;
        _ring.After(delay, () =>
        {
            if (IsAlive && Past == past) past.OnTimer(new NodeTimer(1, kind, argument, subject));
        });
    }

    public long NextWorkId() => ++_workIds;

    public void Do(Work work)
    {
        PastComponent past = Past;
        _ring.After(TimeSpan.FromMicroseconds(100), () =>
        {
            WorkResult result = Carry(work);
            if (IsAlive && Past == past) past.OnWorkDone(result);
        });
    }

    public void Reply(Reply reply) => Replies.Add(reply);

    public void Report(Fact fact) => Facts.Add(fact);

    /// <summary>Measured round trips; by default none.</summary>
    public Func<NodeHandle, TimeSpan?> Trips { get; set; } = static _ => null;

    public IEnumerable<NodeHandle> NextHops(RingId key) => LeafSet.Members().Where(n => key.IsCloser(n.Id, Self.Id));

    public TimeSpan? RoundTrip(NodeHandle peer) => Trips(peer);

    private WorkResult Carry(Work work) => work switch
    {
        StoreWrite write => new StoreChanged(write.Id, write.Object, Write(write)),
        StoreRead read => Read(read),
        StoreRemove remove => new StoreChanged(remove.Id, remove.Object, Remove(remove)),
        Sign sign => new Signed(sign.Id, Keys.Sign(Key, sign.Digest)),
        Verify verify => new Verified(verify.Id, verify.Claims.All(Keys.IsGood), verify.NotAfterUnixMilliseconds < _ring.WallClockUnixMilliseconds),
        StoreProve prove => Prove(prove),
        _ => throw new InvalidOperationException(),
    };

    private StoreStatus Write(StoreWrite write)
    {
        if (Disk.ContainsKey(write.Object)) return StoreStatus.Exists;
        if (Disk.Values.Sum(d => (long)(d.Content?.Length ?? 0)) + (write.Content?.Length ?? 0) > CapacityBytes) return StoreStatus.Full;
        Disk.Add(write.Object, (write.Tag, write.Meta, write.Content));
        return StoreStatus.Done;
    }

    private StoreGot Read(StoreRead read) => Disk.TryGetValue(read.Object, out var record)
        ? new StoreGot(read.Id, read.Object, StoreStatus.Done, record.Meta, read.MetaOnly ? null : record.Content)
        : new StoreGot(read.Id, read.Object, StoreStatus.NotFound, default, null);

    private StoreProven Prove(StoreProve prove)
    {
        if (!Disk.TryGetValue(prove.Object, out var record)) return new StoreProven(prove.Id, prove.Object, StoreStatus.NotFound, default, default, default);
        ReadOnlySpan<byte> bytes = record.Content is MemoryContent content ? content.Bytes.Span : default;
        byte[] hashed = new byte[Hash256.SizeBytes + bytes.Length];
        prove.Nonce.WriteTo(hashed);
        bytes.CopyTo(hashed.AsSpan(Hash256.SizeBytes));
        return new StoreProven(prove.Id, prove.Object, StoreStatus.Done, record.Meta, Hash256.Of(bytes), Hash256.Of(hashed));
    }

    private StoreStatus Remove(StoreRemove remove)
    {
        bool there = Disk.Remove(remove.Object);
        if (!remove.Tombstone.IsEmpty) Disk.Add(remove.Object, (remove.TombstoneTag, remove.Tombstone, null));
        return there || !remove.Tombstone.IsEmpty ? StoreStatus.Done : StoreStatus.NotFound;
    }
}
