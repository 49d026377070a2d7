using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class SyncTrafficTests
{
    [Fact]
    public void One_difference_among_100_000_objects_is_found_with_less_than_6_KiB()
    {
        var ring = new TestRing(2, TestRing.Fast with { Replicas = 2, SyncPeriod = TimeSpan.FromHours(1) });
        TestNode rich = ring.Nodes[0], poor = ring.Nodes[1];
        var random = new RandomSource(6);
        for (int i = 0; i < 100_000; i++)
        {
            var entry = new CatalogEntry(new FileId(random.NextRingId(), 0), 0, ObjectKind.File, 2, EntryState.Replica);
            foreach (TestNode node in ring.Nodes) node.Disk.Add(entry.Object, (entry.Tag, default, null));
        }

        var content = Make.Content("the one");
        ObjectCertificate certificate = Make.File("the one", content, replicas: 2);
        rich.Disk.Add(certificate.File, (CatalogEntry.Of(certificate.File, certificate).Tag, CertificateCodec.Encode(certificate), content));
        long bytes = ring.MessageBytes;
        Restart(ring);
        ring.RunUntil(() => poor.Holds(certificate.File), TimeSpan.FromSeconds(10));
        Assert.InRange(ring.MessageBytes - bytes, 500, 6 << 10);
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

    private static void Restart(TestRing ring)
    {
        foreach (TestNode node in ring.Nodes) node.Start();
        ring.MeetAll();
    }
}
