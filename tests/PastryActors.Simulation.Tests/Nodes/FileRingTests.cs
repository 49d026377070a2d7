using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Nodes;

/// <summary>Files on whole rings: nothing acknowledged is lost while fewer than k holders of it fail at once, and k comes back.</summary>
public sealed class FileRingTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("PASTRY_SEEDS") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public void What_is_inserted_lies_on_the_k_closest_nodes_and_is_found_from_everywhere()
    {
        FileRing ring = new(1, 12);
        ring.InsertMany(50, new RandomSource(1));
        Assert.Equal(50, ring.Acknowledged.Count);
        Assert.Null(ring.Misplaced());
        foreach (SimNode node in ring.Live) Assert.IsType<ObjectFound>(ring.Lookup(node, CertificateRules.ObjectOf(ring.Acknowledged[node.Index])));
    }

    [Fact]
    public void A_file_that_was_never_inserted_is_not_found()
    {
        FileRing ring = new(2, 12);
        var failed = Assert.IsType<Failed>(ring.Lookup(ring.World.Nodes[3], CertificateRules.ObjectOf(ring.Certify("nothing", 1))));
        Assert.Equal(FailureCode.NotFound, failed.Code);
    }

    [Fact]
    public void After_two_of_three_holders_died_every_file_is_read_and_k_is_restored()
    {
        FileRing ring = new(3, 12);
        ring.InsertMany(60, new RandomSource(3));
        SimNode[] victims = [.. ring.Live.Where(n => n.Disk!.Contains(CertificateRules.ObjectOf(ring.Acknowledged[0]))).Take(2)];
        foreach (SimNode victim in victims) ring.World.Crash(victim);
        foreach (ObjectCertificate certificate in ring.Acknowledged)
        {
            Assert.IsType<ObjectFound>(ring.Lookup(ring.Live.First(), CertificateRules.ObjectOf(certificate)));
        }

        ring.AssertPlacedWithin(Minute);
        foreach (SimNode victim in victims) ring.World.Restart(victim);
        ring.AssertPlacedWithin(2 * Minute, surplus: 0);
    }

    [Fact]
    public void A_node_that_joins_gets_what_is_now_its_own_and_the_surplus_goes()
    {
        FileRing ring = new(4, 8);
        ring.InsertMany(80, new RandomSource(4));
        ring.Add();
        ring.Add();
        ring.AssertPlacedWithin(2 * Minute);
    }

    [Fact]
    public void A_node_that_lost_its_disk_gets_everything_back()
    {
        FileRing ring = new(5, 8);
        ring.InsertMany(80, new RandomSource(5));
        ring.World.Restart(ring.World.Nodes[3], keepDisk: false);
        ring.AssertPlacedWithin(Minute);
    }

    [Fact]
    public void A_reclaimed_file_does_not_come_back_with_a_holder_that_was_away()
    {
        FileRing ring = new(6, 8);
        ring.InsertMany(10, new RandomSource(6));
        ObjectCertificate certificate = ring.Acknowledged[0];
        FileId id = CertificateRules.ObjectOf(certificate);
        SimNode away = ring.Live.First(n => n.Disk!.Contains(id) && n.Index != 0);
        ring.World.Crash(away);
        ring.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.IsType<ObjectReclaimed>(ring.Reclaim(ring.World.Nodes[0], certificate));
        ring.World.Restart(away);
        ring.World.RunFor(2 * Minute);
        foreach (SimNode node in ring.Live) Assert.IsType<Failed>(ring.Lookup(node, id));
        Assert.Null(ring.Misplaced());
    }

    [Fact]
    public void Under_crashes_of_fewer_than_k_at_a_time_no_acknowledged_file_is_lost()
    {
        for (ulong seed = 500; seed < 500 + (ulong)Seeds; seed++) Live(seed);
    }

    private static void Live(ulong seed)
    {
        var random = new RandomSource(seed);
        FileRing ring = new(seed, 8 + random.Next(8), new SimOptions { LinkFailedAfter = random.Next(2) == 0 ? null : TimeSpan.FromMilliseconds(1), MessageLoss = random.Next(2) * 0.01 });
        for (int round = 0; round < 8; round++)
        {
            ring.InsertMany(10, random);
            SimNode[] victims = [.. ring.Live.OrderBy(_ => random.NextUInt64()).Take(random.Next(FileRing.K))];
            foreach (SimNode victim in victims) ring.World.At(ring.World.Now + TimeSpan.FromMilliseconds(random.Next(300)), () => ring.World.Crash(victim));
            ring.InsertMany(10, random);
            ring.World.RunFor(TimeSpan.FromMilliseconds(300));
            foreach (ObjectCertificate certificate in ring.Acknowledged.Where(_ => random.Next(8) == 0).ToArray())
            {
                SimNode[] live = [.. ring.Live.Where(SimRing.IsActive)];
                Reply? reply = ring.Lookup(live[random.Next(live.Length)], CertificateRules.ObjectOf(certificate));
                Assert.True(reply is ObjectFound, $"seed {seed} round {round}: {certificate.Name}: {reply}");
            }

            // The promise holds for fewer than k failures at once: the next ones come when k is restored.
            ring.AssertPlacedWithin(2 * Minute, surplus: 16);
            foreach (SimNode victim in victims) ring.World.Restart(victim, keepDisk: random.Next(3) > 0);
            Assert.True(ring.World.RunUntil(ring.IsWhole, ring.World.Now + Minute, TimeSpan.FromMilliseconds(100)), $"seed {seed}: not whole");
            ring.AssertPlacedWithin(2 * Minute, surplus: 16);
        }

        ring.AssertPlacedWithin(3 * Minute, surplus: 0);
    }
}
