using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Repair;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class SharedRangeTests
{
    private const ulong Seed = 77;

    [Fact]
    public void Two_nodes_compute_the_same_of_what_they_share_whatever_else_each_holds_and_see_any_difference()
    {
        var random = new RandomSource(21);
        for (int round = 0; round < 40; round++)
        {
            List<RingId> ids = [.. Enumerable.Range(0, 2 + random.Next(20)).Select(_ => random.NextRingId()).Order()];
            int first = random.Next(ids.Count);
            (Side a, Side b) = (new Side(ids[first], ids), new Side(ids[(first + 1) % ids.Count], ids));
            List<CatalogEntry> shared = [];
            for (int i = 0; i < 1500; i++)
            {
                CatalogEntry entry = Entry(random);
                bool isA = a.IsOwn(entry), isB = b.IsOwn(entry);

                // What both should hold both have; what one alone should, or neither, anybody may have.
                if (isA && isB) shared.Add(entry);
                if ((isA && isB) || random.Next(3) == 0) a.Catalog.Set(entry);
                if ((isA && isB) || random.Next(3) == 0) b.Catalog.Set(entry);
            }

            AssertAlike(a, b, shared, random);
            if (shared.Count == 0) continue;
            CatalogEntry lost = shared[random.Next(shared.Count)];
            b.Catalog.Remove(lost.Object);
            Assert.NotEqual(a.Of(b).DigestOf(Arc.WholeRing, Seed), b.Of(a).DigestOf(Arc.WholeRing, Seed));
            Assert.NotEqual(a.Of(b).DigestOf(new Arc(lost.Key, 0), Seed), b.Of(a).DigestOf(new Arc(lost.Key, 0), Seed));
        }
    }

    [Fact]
    public void Another_seed_makes_another_digest_and_nothing_has_none()
    {
        var random = new RandomSource(22);
        RingId[] ids = [random.NextRingId(), random.NextRingId()];
        (Side a, Side b) = (new Side(ids[0], ids), new Side(ids[1], ids));
        Assert.Equal(default, a.Of(b).DigestOf(Arc.WholeRing, Seed));
        a.Catalog.Set(Entry(random));
        Assert.NotEqual(a.Of(b).DigestOf(Arc.WholeRing, Seed), a.Of(b).DigestOf(Arc.WholeRing, Seed + 1));
    }

    private static void AssertAlike(Side a, Side b, List<CatalogEntry> shared, RandomSource random)
    {
        for (int i = 0; i < 20; i++)
        {
            var arc = new Arc(random.NextRingId(), random.NextRingId().Value >> random.Next(6));
            SyncDigest digest = a.Of(b).DigestOf(arc, Seed);
            Assert.Equal(shared.Count(e => arc.Contains(e.Key)), digest.Count);
            Assert.Equal(digest, b.Of(a).DigestOf(arc, Seed));
            Assert.Equal(shared.Where(e => arc.Contains(e.Key)).OrderBy(e => arc.From.ClockwiseTo(e.Key)), a.Of(b).In(arc));
            List<Arc> parts = arc.Cut(SharedRange.PartsMax);
            Assert.Equal(a.Of(b).DigestsOf(parts, Seed), b.Of(a).DigestsOf(parts, Seed));
        }
    }

    private static CatalogEntry Entry(RandomSource random) =>
        new(new FileId(random.NextRingId(), (uint)random.Next(9)), 1, ObjectKind.File, (byte)(1 + random.Next(4)), (EntryState)random.Next(2));

    /// <summary>One node of a ring, as it sees itself and the others.</summary>
    private sealed class Side
    {
        private readonly Responsibility _responsibility;
        private readonly RingId _id;

        public Side(RingId id, IEnumerable<RingId> ring)
        {
            _id = id;
            var host = new FakeHost(id);
            foreach (RingId other in ring) host.LeafSet.Add(new NodeHandle(other, "", 1));
            _responsibility = new Responsibility(host.Leafs);
        }

        public Catalog Catalog { get; } = new();

        public bool IsOwn(CatalogEntry entry) => _responsibility.IsOwn(entry.Key, entry.Replicas);

        public SharedRange Of(Side other) => new(Catalog, _responsibility, _responsibility.ArcsOf(other._id)!);
    }
}
