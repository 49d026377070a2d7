using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Repair;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class ResponsibilityTests
{
    // On a ring of 256 points ties and neighbours are frequent; the id 0x5A is 0x5A000..0.
    private static RingId Point(int value) => new((UInt128)(ulong)(byte)value << 120);

    [Fact]
    public void The_arcs_agree_with_the_rank_for_every_key_in_rings_of_any_size()
    {
        var random = new RandomSource(8);
        for (int round = 0; round < 150; round++)
        {
            FakeHost host = HostIn(random, 1 + random.Next(24));
            var responsibility = new Responsibility(host.Leafs);
            for (int key = 0; key < 256; key++)
            {
                for (int k = 1; k <= 4; k++)
                {
                    Assert.Equal(host.Leafs.RankOf(Point(key)) < k, responsibility.IsOwn(Point(key), k));
                }
            }
        }
    }

    [Fact]
    public void Where_two_nodes_share_responsibility_each_sees_the_others_arc_as_the_other_does()
    {
        var random = new RandomSource(9);
        for (int round = 0; round < 20; round++)
        {
            List<RingId> ids = Ids(random, 2 + random.Next(24));
            List<FakeHost> hosts = ids.ConvertAll(id => HostOf(id, ids));
            foreach (FakeHost a in hosts)
            {
                foreach (FakeHost b in hosts) AssertShared(a, b);
            }
        }
    }

    private static void AssertShared(FakeHost a, FakeHost b)
    {
        if (a == b || !a.LeafSet.Contains(b.Self.Id)) return;
        var fromA = new Responsibility(a.Leafs);
        var fromB = new Responsibility(b.Leafs);
        Arc[] ofB = fromA.ArcsOf(b.Self.Id)!;
        for (int key = 0; key < 256; key++)
        {
            for (int k = 1; k <= 4; k++)
            {
                bool truth = fromA.IsOwn(Point(key), k) && fromB.IsOwn(Point(key), k);
                bool seen = fromA.IsOwn(Point(key), k) && ofB[k].Contains(Point(key));
                Assert.Equal(truth, seen);
                if (truth) Assert.True(Arc.Common(fromA.OwnArc(k), ofB[k])!.Value.Contains(Point(key)));
            }
        }
    }

    [Fact]
    public void A_cut_covers_the_arc_without_gap_or_overlap_at_multiples_of_a_power_of_two()
    {
        var random = new RandomSource(10);
        for (int round = 0; round < 200; round++)
        {
            var arc = new Arc(random.NextRingId(), round % 3 == 0 ? (UInt128)(ulong)random.Next(200) : random.NextRingId().Value);
            List<Arc> parts = arc.Cut(64);
            Assert.InRange(parts.Count, 1, 64);
            Assert.Equal(arc.From, parts[0].From);
            Assert.Equal(arc.To, parts[^1].To);
            for (int i = 1; i < parts.Count; i++) Assert.Equal(parts[i - 1].To.Plus(1), parts[i].From);
            for (int i = 1; i < parts.Count - 1; i++) Assert.Equal((parts[1].Length, UInt128.Zero), (parts[i].Length, parts[i].From.Value & parts[i].Length));
        }

        Assert.Equal(Arc.WholeRing.To, Arc.WholeRing.Cut(64)[^1].To);
    }

    private static List<RingId> Ids(RandomSource random, int count)
    {
        SortedSet<RingId> ids = [];
        while (ids.Count < count) ids.Add(Point(random.Next(256)));
        return [.. ids];
    }

    private static FakeHost HostIn(RandomSource random, int count)
    {
        List<RingId> ids = Ids(random, count);
        return HostOf(ids[random.Next(count)], ids);
    }

    private static FakeHost HostOf(RingId self, List<RingId> ids)
    {
        var host = new FakeHost(self);
        foreach (RingId id in ids) host.LeafSet.Add(new NodeHandle(id, "", 1));
        return host;
    }
}
