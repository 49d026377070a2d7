using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class SyncTrafficTests
{
    [Fact]
    public void One_difference_among_100_000_objects_costs_less_than_10_KiB_and_the_hashes_of_a_few_hundred_entries()
    {
        var ring = new TestRing(2, TestRing.Fast with { Replicas = 2, SyncPeriod = TimeSpan.FromHours(1) });
        TestNode rich = ring.Nodes[0], poor = ring.Nodes[1];
        HoldAlike(ring, 100_000);
        Restart(ring);
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(ring.Nodes, n => Assert.InRange(n.Past.Status().HashedEntries, 100_000, 110_000));

        // As the first comparison found no difference, so the next finds this one alone.
        ObjectCertificate certificate = StoreAt(rich, "the one");
        long bytes = ring.MessageBytes, hashed = poor.Past.Status().HashedEntries;
        rich.Start();
        ring.MeetAll();
        ring.RunUntil(() => poor.Holds(certificate.File), TimeSpan.FromSeconds(10));
        Assert.InRange(ring.MessageBytes - bytes, 500, 10 << 10);
        Assert.InRange(poor.Past.Status().HashedEntries - hashed, 1, 2000);
    }

    [Fact]
    public void Comparing_100_000_equals_again_hashes_nothing_but_the_ends_and_sends_two_small_messages_a_neighbour()
    {
        var ring = new TestRing(12, TestRing.Fast with { SyncPeriod = TimeSpan.FromMinutes(1) });
        HoldAlike(ring, 100_000);
        Restart(ring);
        ring.RunFor(TimeSpan.FromMinutes(5));
        long hashed = ring.Nodes.Sum(n => n.Past.Status().HashedEntries);
        (long messages, long bytes) = (ring.MessageCount, ring.MessageBytes);
        ring.RunFor(TimeSpan.FromMinutes(10));

        // Each compares with the four (k - 1 to either side) that share anything: a question and an answer, and few notices of room.
        double comparisons = 12 * 4 * 10;
        Assert.InRange((ring.MessageCount - messages) / comparisons, 1.9, 2.6);
        Assert.InRange((ring.MessageBytes - bytes) / comparisons, 50, 200);
        Assert.InRange((ring.Nodes.Sum(n => n.Past.Status().HashedEntries) - hashed) / comparisons, 0, 4 * 64);
    }

    [Fact]
    public void Thousands_of_objects_reach_a_new_node_in_pages_through_a_bounded_queue()
    {
        var ring = new TestRing(2, TestRing.Fast with { Replicas = 2, PointersMax = 300, SyncPeriod = TimeSpan.FromHours(1) });
        TestNode rich = ring.Nodes[0], poor = ring.Nodes[1];
        for (int i = 0; i < 2000; i++)
        {
            var content = Make.Content($"content {i}");
            ObjectCertificate certificate = Make.File($"file {i}", content, replicas: 2);
            rich.Disk.Add(certificate.File, (CatalogEntry.Of(certificate.File, certificate).Tag, CertificateCodec.Encode(certificate), content));
        }

        Restart(ring);
        ring.RunUntil(() => poor.Disk.Count == 2000, TimeSpan.FromSeconds(60));
        Assert.InRange(poor.Past.Status().Pointers, 0, 300);
    }

    /// <summary>Every node is given what it should hold of as many objects as that.</summary>
    private static void HoldAlike(TestRing ring, int count)
    {
        var random = new RandomSource(6);
        int replicas = ring.Options.Replicas;
        RingId[] ids = [.. ring.Nodes.Select(n => n.Self.Id)];
        for (int i = 0; i < count; i++)
        {
            var entry = new CatalogEntry(new FileId(random.NextRingId(), 0), 0, ObjectKind.File, (byte)replicas, EntryState.Replica);
            RingId[] closest = [.. ids.OrderBy(entry.Key.DistanceTo).Take(replicas)];
            foreach (TestNode node in ring.Nodes.Where(n => closest.Contains(n.Self.Id))) node.Disk.Add(entry.Object, (entry.Tag, default, null));
        }
    }

    private static ObjectCertificate StoreAt(TestNode node, string text)
    {
        var content = Make.Content(text);
        ObjectCertificate certificate = Make.File(text, content, replicas: 2);
        node.Disk.Add(certificate.File, (CatalogEntry.Of(certificate.File, certificate).Tag, CertificateCodec.Encode(certificate), content));
        return certificate;
    }

    private static void Restart(TestRing ring)
    {
        foreach (TestNode node in ring.Nodes) node.Start();
        ring.MeetAll();
    }
}
