using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Nodes;

/// <summary>A ring of whole nodes with files on it, and what its tests ask again and again.</summary>
internal sealed class FileRing
{
    public const int K = 3;

    private static readonly TimeSpan Stride = TimeSpan.FromMilliseconds(100);

    private readonly SimRing _ring;
    private readonly FileWorkload _files;
    private readonly FileChecker _checker;

    public FileRing(ulong seed, int nodes, SimOptions? options = null)
    {
        _ring = new SimRing(seed, RingOptions.Local, options);
        _files = new FileWorkload(_ring);
        _checker = new FileChecker(_ring, _files);
        _ring.Add(nodes);
        Assert.True(_ring.RunUntilWhole(TimeSpan.FromMinutes(1)), $"seed {seed}: the ring did not form");
    }

    public SimWorld World => _ring.World;

    public List<ObjectCertificate> Acknowledged => _files.Acknowledged;

    public IEnumerable<SimNode> Live => _ring.Live;

    public SimNode Add() => _ring.Add();

    public bool IsWhole() => _ring.IsWhole();

    public ObjectCertificate Certify(string name, int length) => _files.Certify(name, length, K);

    public Reply? Lookup(SimNode node, FileId id) => World.Await(World.Ask(node, new LookupObject(World.NextRequestId(), TimeSpan.FromSeconds(20), id)), TimeSpan.FromSeconds(30));

    public Reply? Reclaim(SimNode node, ObjectCertificate certificate) => World.Await(_files.Reclaim(node, certificate), TimeSpan.FromMinutes(1));

    /// <summary>Inserts objects from random nodes, and waits until each insert has ended.</summary>
    public void InsertMany(int count, RandomSource random)
    {
        for (int i = 0; i < count; i++) _files.Insert(_ring.Draw(random, static n => n.IsUp)!, random, 100_000);
        World.RunUntil(() => _files.IsIdle, World.Now + TimeSpan.FromSeconds(30), Stride);
        _files.Collect();
    }

    /// <summary>The first acknowledged object that is not on exactly the k nodes closest to it.</summary>
    public string? Misplaced(int surplus = 0) => _checker.Misplaced(surplus);

    public void AssertPlacedWithin(TimeSpan time, int surplus = 0) => Assert.True(
        World.RunUntil(() => Misplaced(surplus) is null, World.Now + time, TimeSpan.FromMilliseconds(500)), $"seed {World.Seed}: {Misplaced(surplus)}");
}
