using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.World;

namespace PastryActors.Pastry.Tests.Rings;

/// <summary>
/// Random histories of a ring: joins, crashes, restarts (elsewhere too, but for the first node, which is everyone's seed), loss, cuts. After each the ring must become whole, and while the network was
/// in one piece nothing may have been delivered wrongly. PASTRY_SEEDS sets how many histories, PASTRY_SEED the first; a failure names its seed.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("PASTRY_SEEDS") ?? "20", CultureInfo.InvariantCulture);

    private static readonly ulong First = ulong.Parse(Environment.GetEnvironmentVariable("PASTRY_SEED") ?? "1000", CultureInfo.InvariantCulture);

    private static readonly TimeSpan StallMax = TimeSpan.FromSeconds(3);

    [Fact]
    public void Any_history_ends_in_a_whole_ring()
    {
        for (ulong seed = First; seed < First + (ulong)Seeds; seed++) Live(seed);
    }

    private static void Live(ulong seed)
    {
        var random = new RandomSource(seed);
        var options = new SimOptions
        {
            MessageLoss = random.Next(3) == 0 ? 0.03 : 0,
            LinkFailedAfter = random.Next(2) == 0 ? null : TimeSpan.FromMilliseconds(1),
            JitterMax = TimeSpan.FromMilliseconds(random.Next(40)),
            Latency = new PlaneLatency(seed, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(1)),
        };
        Ring ring = new Ring(seed, options).Grow(4 + random.Next(12));
        bool wasCut = false;
        for (int round = 0; round < 30; round++)
        {
            wasCut |= Happen(ring, random);
            Traffic(ring, random);
        }

        // A stall is a fault as well: a ring may look whole in the middle of one, and find its victim dead a moment later.
        ring.World.Network.HealAll();
        ring.World.RunFor(StallMax);
        foreach (SimNode node in ring.World.Nodes.Where(n => !n.IsUp)) ring.World.Restart(node);
        ring.AssertWholeWithin(TimeSpan.FromMinutes(3));
        int before = ring.Deliveries.Wrong.Count;
        Traffic(ring, random);
        ring.World.RunFor(TimeSpan.FromSeconds(20));
        Assert.True(before == ring.Deliveries.Wrong.Count, $"seed {seed}: {string.Join("; ", ring.Deliveries.Wrong.Skip(before))}");
        if (!wasCut && options.MessageLoss == 0) Assert.True(ring.Deliveries.Wrong.Count == 0, $"seed {seed}: {string.Join("; ", ring.Deliveries.Wrong)}");
    }

    /// <summary>One thing happens to the ring; answers whether it cut the network.</summary>
    private static bool Happen(Ring ring, RandomSource random)
    {
        SimNode node = ring.World.Nodes[random.Next(ring.World.Nodes.Count)];
        switch (random.Next(8))
        {
            case 0 or 1 when ring.Live.Count() > 3: ring.World.Crash(node); return false;
            case 2 or 3: ring.World.Restart(node, newAddress: node.Index > 0 && random.Next(2) == 0); return false;
            case 4 when ring.World.Nodes.Count < 40: ring.Add([ring.World.Nodes[0], .. ring.Live.Take(2)]); return false;
            case 5: ring.World.Stall(node, random.Next((int)StallMax.TotalMilliseconds) * TimeSpan.FromMilliseconds(1)); return true;
            case 6:
                ring.World.Network.Cut(ring.World.Nodes.Where(_ => random.Next(2) == 0).ToArray(), oneWay: random.Next(3) == 0);
                return true;
            case 7: ring.World.Network.HealAll(); return false;
            default: return false;
        }
    }

    private static void Traffic(Ring ring, RandomSource random)
    {
        for (int i = 0; i < 10; i++)
        {
            SimNode[] active = [.. ring.Live.Where(n => Ring.CoreOf(n).IsActive)];
            if (active.Length > 0) ring.Route(active[random.Next(active.Length)], random.NextRingId());
            ring.World.RunFor(TimeSpan.FromMilliseconds(random.Next(500)));
        }
    }
}
