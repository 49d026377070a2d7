using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Audits;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Quotas;
using PastryActors.Past.Repair;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Operations;

/// <summary>What the machines of PAST share: the host, the options, the catalog, the open operations and the work in flight.</summary>
internal sealed class PastContext
{
    // Each piece of work is asked for by a bounded machine, and gets exactly one result: the table is as bounded as they are.
    private readonly Dictionary<long, IWorkWaiter> _work = [];
    private Responsibility? _responsibility;

    public PastContext(IPastryHost host, PastOptions options, Catalog catalog, Blob nodeKey, byte wakeTimer)
    {
        (Host, Options, Catalog, NodeKey) = (host, options, catalog, nodeKey);
        Operations = new OperationTable(host, wakeTimer);
        Room = new Room(options, catalog);
        Neighbours = new RoomBook(this);
        Cache = new RouteCache(this);
        Lapsed = new LapsedBook(host);
        Unconfirmed = new UnconfirmedBook(host);
        Leaving = new LeavingBook(host);
    }

    public IPastryHost Host { get; }

    public PastOptions Options { get; }

    public Catalog Catalog { get; }

    /// <summary>This node's public key (SubjectPublicKeyInfo, DER), as its receipts name it.</summary>
    public Blob NodeKey { get; }

    public OperationTable Operations { get; }

    /// <summary>The room for objects here.</summary>
    public Room Room { get; }

    /// <summary>Copies of objects that came by.</summary>
    public RouteCache Cache { get; }

    /// <summary>What is known of the room that neighbours have.</summary>
    public RoomBook Neighbours { get; }

    /// <summary>Who holds objects in the place of nodes that failed audits.</summary>
    public StandIns StandIns { get; } = new();

    /// <summary>Objects that were stored here lately for inserts that may still fail.</summary>
    public UnconfirmedBook Unconfirmed { get; }

    /// <summary>Debits that were let go here lately, and are not to come back from a neighbour that has them still.</summary>
    public LapsedBook Lapsed { get; }

    /// <summary>Who is about to leave the ring.</summary>
    public LeavingBook Leaving { get; }

    /// <summary>Objects that are being changed on disk: whoever else wants to change one is told to come back, so changes never cross.</summary>
    public HashSet<FileId> Changing { get; } = [];

    /// <summary>The largest k that a leaf set carries.</summary>
    public int ReplicasMax => Host.Leafs.Capacity / 2;

    /// <summary>How many nodes around a key are asked while k is not known. No more than a leaf set tells for sure: L/2 + 1.</summary>
    public int CandidateCount => Math.Min(Options.CandidateCount, ReplicasMax + 1);

    /// <summary>How many are asked once k is known: two neighbours more.</summary>
    public int CandidateCountFor(int replicas) => Math.Min(replicas + 2, ReplicasMax + 1);

    /// <summary>Who is responsible for what, by the leaf set of this moment and without those who are about to leave it.</summary>
    public Responsibility Responsibility
    {
        get
        {
            LeafSetView leafs = Host.Leafs;
            if (_responsibility is null || _responsibility.Version != (leafs.Version, Leaving.Version)) _responsibility = new Responsibility(leafs, Leaving);
            return _responsibility;
        }
    }

    /// <summary>The nodes that are to hold an object: the <paramref name="replicas"/> closest, closest first, without those who are about to leave.</summary>
    public List<NodeHandle> Keepers(RingId key, int replicas)
    {
        List<NodeHandle> nodes = Host.Leafs.ReplicaSet(key, replicas + Leaving.Count);
        if (Leaving.Count == 0) return nodes;
        nodes.RemoveAll(n => Leaving.Contains(n.Id));
        if (nodes.Count > replicas) nodes.RemoveRange(replicas, nodes.Count - replicas);
        return nodes;
    }

    /// <summary>When a holder gave what came in now with this age.</summary>
    public Instant FetchedAt(long ageMilliseconds) => Host.Now - TimeSpan.FromMilliseconds(ageMilliseconds);

    /// <summary>Room was taken or became free: the cache yields, and neighbours learn of it.</summary>
    public void RoomChanged()
    {
        Cache.Yield();
        Neighbours.Changed();
    }

    public void Write(IWorkWaiter waiter, in CatalogEntry entry, Blob meta, ContentRef? content) =>
        Host.Do(new StoreWrite(Begin(waiter), entry.Object, entry.Tag, meta, content));

    /// <summary>Puts a pointer in an object's place.</summary>
    public void WritePointer(IWorkWaiter waiter, FileId id, HolderPointer pointer) =>
        Write(waiter, CatalogEntry.PointerOf(id, pointer.Certificate, pointer.Holder.Id), CertificateCodec.Encode(pointer), null);

    public void Read(IWorkWaiter waiter, FileId id, bool metaOnly) => Host.Do(new StoreRead(Begin(waiter), id, metaOnly));

    /// <summary>Removes an object; nothing remembers it.</summary>
    public void Remove(IWorkWaiter waiter, FileId id) => Host.Do(new StoreRemove(Begin(waiter), id, 0, default));

    /// <summary>Puts a tombstone in an object's place.</summary>
    public void Bury(IWorkWaiter waiter, FileId id, Tombstone tombstone) =>
        Host.Do(new StoreRemove(Begin(waiter), id, CatalogEntry.TombstoneOf(id, tombstone.Certificate).Tag, CertificateCodec.Encode(tombstone)));

    /// <summary>Has a worker compute what proves that this node holds the object.</summary>
    public void Prove(IWorkWaiter waiter, FileId id, Hash256 nonce) => Host.Do(new StoreProve(Begin(waiter), id, nonce));

    /// <summary>The same as <see cref="Verify(IWorkWaiter, ReadOnlySpan{SignatureClaim})"/>, where time may have run out.</summary>
    public void VerifyUntil(IWorkWaiter waiter, long notAfterUnixMilliseconds, params ReadOnlySpan<SignatureClaim> claims) =>
        Host.Do(new Verify(Begin(waiter), ValueList.Create(claims), notAfterUnixMilliseconds));

    public void Verify(IWorkWaiter waiter, params ReadOnlySpan<SignatureClaim> claims) => Host.Do(new Verify(Begin(waiter), ValueList.Create(claims)));

    public void Sign(IWorkWaiter waiter, Hash256 digest) => Host.Do(new Sign(Begin(waiter), SigningKey.Node, digest));

    /// <summary>Hands a result to whoever asked for the work.</summary>
    public void WorkDone(WorkResult result)
    {
        if (_work.Remove(result.Id, out IWorkWaiter? waiter)) waiter.WorkDone(result);
    }

    public void Refuse(NodeHandle to, long operation, RefusalCode code, string detail) => Host.Send(new Refused(operation, code, detail), to);

    public string? Check(ObjectCertificate certificate) => CertificateRules.Check(certificate, Options.ChunkSizeBytes, ReplicasMax) ?? CheckBroker(certificate);

    public string? Check(ObjectCertificate certificate, FileId expected) => CertificateRules.Check(certificate, expected, Options.ChunkSizeBytes, ReplicasMax) ?? CheckBroker(certificate);

    public string? Check(Tombstone tombstone, FileId expected) => CertificateRules.Check(tombstone, expected, Options.ChunkSizeBytes, ReplicasMax);

    /// <summary>The neighbour that a pointer leads to, if it still is a neighbour; else the record on disk tells.</summary>
    public NodeHandle? HolderOf(in CatalogEntry pointer)
    {
        foreach (NodeHandle node in Host.Leafs.Members())
        {
            if (CatalogEntry.PeerOf(node.Id) == pointer.Peer) return node;
        }

        return null;
    }

    /// <summary>
    /// Whether this node's leaf set alone tells the <paramref name="count"/> nodes closest to the key: it knows every node between
    /// its outermost, so it does if nobody beyond those could be closer than the farthest of the ones it knows.
    /// </summary>
    public bool Knows(RingId key, int count)
    {
        LeafSetView leafs = Host.Leafs;
        if (leafs.IsWholeRing) return true;
        if (!leafs.Covers(key) || leafs.Count + 1 < count || leafs.Left.Count == 0 || leafs.Right.Count == 0) return false;
        UInt128 reach = leafs.ReplicaSet(key, count)[^1].Id.DistanceTo(key);
        RingId left = leafs.Left[^1].Id, right = leafs.Right[^1].Id;
        return left.ClockwiseTo(key) >= reach && key.ClockwiseTo(right) >= reach;
    }

    private string? CheckBroker(ObjectCertificate certificate) =>
        certificate.Kind != ObjectKind.Grant || (!Options.Broker.IsEmpty && certificate.Owner == Options.Broker) ? null : "the grant is not by this ring's broker (past.broker)";

    private long Begin(IWorkWaiter waiter)
    {
        long id = Host.NextWorkId();
        _work.Add(id, waiter);
        return id;
    }
}
