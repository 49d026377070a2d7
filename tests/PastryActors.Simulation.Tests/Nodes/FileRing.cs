using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Pastry;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Nodes;

/// <summary>A ring of whole nodes with PAST on simulated disks, and the truth about which objects were acknowledged.</summary>
internal sealed class FileRing
{
    public const int K = 3;

    private static readonly PastryOptions Overlay = new()
    {
        LeafSetSize = 16,
        HeartbeatPeriod = TimeSpan.FromSeconds(1),
        ProbeTimeout = TimeSpan.FromMilliseconds(500),
        HopTimeoutMin = TimeSpan.FromMilliseconds(100),
        HopTimeoutMax = TimeSpan.FromSeconds(1),
        TableMaintenancePeriod = TimeSpan.FromSeconds(30),
        NeighbourhoodMaintenancePeriod = TimeSpan.FromSeconds(30),
        LeafSetMaintenancePeriod = TimeSpan.FromSeconds(5),
        MergePeriod = TimeSpan.FromSeconds(5),
        JoinTimeout = TimeSpan.FromSeconds(2),
        FoundAfter = TimeSpan.FromSeconds(5),
    };

    private static readonly PastOptions Past = new()
    {
        Replicas = K,
        AttemptTimeout = TimeSpan.FromSeconds(2),
        SyncPeriod = TimeSpan.FromSeconds(5),
        SurplusDelay = TimeSpan.FromSeconds(10),
    };

    private readonly Dictionary<int, ValueList<NodeHandle>> _remembered = [];

    public FileRing(ulong seed, int nodes, SimOptions? options = null)
    {
        World = new SimWorld(seed, (options ?? new SimOptions()) with { Codec = new WireCodec([.. PastryWire.Kinds, .. PastKinds.All]) });
        World.Listen(Facts);
        World.Listen(new Memory(this));
        for (int i = 0; i < nodes; i++) Add();
        Assert.True(World.RunUntil(IsWhole, World.Now + TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100)), $"seed {seed}: the ring did not form");
    }

    public SimWorld World { get; }

    public FactCounts Facts { get; } = new();

    /// <summary>Every object whose insert was acknowledged and that was not reclaimed.</summary>
    public List<ObjectCertificate> Acknowledged { get; } = [];

    public IEnumerable<SimNode> Live => World.Nodes.Where(n => n.IsUp);

    public SimNode Add() => World.AddNode(Make, owner: 0);

    public bool IsWhole() => Live.All(n => ((PastryNode)n.Core!).IsActive && ((PastryNode)n.Core!).Leafs.Count == Math.Min(Overlay.LeafSetSize, Live.Count() - 1));

    /// <summary>A certificate of a made-up object, signed by the one owner of this world.</summary>
    public ObjectCertificate Certify(string name, int length, int k = K)
    {
        Blob owner = World.Signer.PublicKey(SigningKey.Owner, 0);
        byte[] salt = [1, 2, 3, 4];
        Hash256 hash = Hash256.Of(System.Text.Encoding.UTF8.GetBytes(name));
        var unsigned = new BatchSignature(new byte[64], 0, []);
        var certificate = new ObjectCertificate(ObjectKind.File, FileIds.OfFile(name, owner.Span, salt), name, owner, hash, length, length, k, salt, 1, "", unsigned);
        return certificate with { Signature = World.Signer.Sign(SigningKey.Owner, 0, CertificateCodec.DigestOf(certificate)) };
    }

    public SimAsk Insert(SimNode node, ObjectCertificate certificate) => World.Ask(
        node,
        new InsertObject(World.NextRequestId(), TimeSpan.FromSeconds(20), certificate, new VirtualContent(certificate.ContentLength, certificate.ContentHash), OfferFirst: false));

    public Reply? Lookup(SimNode node, FileId id) => World.Await(World.Ask(node, new LookupObject(World.NextRequestId(), TimeSpan.FromSeconds(20), id)), TimeSpan.FromSeconds(30));

    /// <summary>Inserts objects from random nodes, and notes those that were acknowledged.</summary>
    public void InsertMany(int count, RandomSource random, string prefix = "file")
    {
        var asks = new List<(SimAsk Ask, ObjectCertificate Certificate)>();
        SimNode[] live = [.. Live];
        for (int i = 0; i < count; i++)
        {
            ObjectCertificate certificate = Certify($"{prefix} {World.Now.Ticks} {i}", random.Next(100_000));
            asks.Add((Insert(live[random.Next(live.Length)], certificate), certificate));
        }

        World.RunUntil(() => asks.TrueForAll(a => a.Ask.IsAnswered || !a.Ask.Node.IsUp), World.Now + TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(100));
        Acknowledged.AddRange(asks.Where(a => a.Ask.Last is ObjectInserted).Select(a => a.Certificate));
    }

    public int HoldersOf(FileId id) => Live.Count(n => n.Disk?.Contains(id) == true);

    /// <summary>Every acknowledged object is on exactly the k nodes closest to it.</summary>
    public string? Misplaced(int surplus = 0)
    {
        RingTruth truth = RingTruth.Of(World);
        foreach (ObjectCertificate certificate in Acknowledged)
        {
            FileId id = CertificateRules.ObjectOf(certificate);
            IReadOnlyList<RingId> right = truth.Closest(id.Key, certificate.Replicas);
            RingId[] holders = [.. Live.Where(n => n.Disk?.Contains(id) == true).Select(n => n.Id)];
            int rightly = holders.Count(right.Contains);
            if (rightly < right.Count) return $"{certificate.Name}: {rightly} of {right.Count} right holders, {holders.Length} in all";
            if (holders.Length > right.Count + surplus) return $"{certificate.Name}: {holders.Length} holders of {right.Count}";
        }

        return null;
    }

    public void AssertPlacedWithin(TimeSpan time, int surplus = 0) => Assert.True(
        World.RunUntil(() => Misplaced(surplus) is null, World.Now + time, TimeSpan.FromMilliseconds(500)), $"seed {World.Seed}: {Misplaced(surplus)}");

    private PastryNode Make(NodeStart start)
    {
        ValueList<NodeHandle> seeds = start.Node.Index == 0 ? [] : [new NodeHandle(default, World.Nodes[0].Handle.Address, 0)];
        var contacts = new Contacts(seeds, _remembered.GetValueOrDefault(start.Node.Index), FoundRing: start.Node.Index == 0);
        return new PastryNode(start.Self, Overlay, start.Seed, contacts, new PastComponent(Past, start.PublicKey, start.Stored));
    }

    private sealed class Memory(FileRing ring) : IFactListener
    {
        public void Observe(SimNode node, in Fact fact, Instant now)
        {
            if (fact is { Kind: FactKind.LeafSetChanged, Value: > 0 }) ring._remembered[node.Index] = ((PastryNode)node.Core!).Leafs.Members().ToValueList();
        }
    }
}
