using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class ReplicaMaintenanceTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void After_failures_k_is_restored_within_a_few_sync_periods(int failures)
    {
        var ring = new TestRing(12);
        List<FileId> files = ring.Insert(30);
        ring.Kill([.. ring.ClosestTo(files[0]).Take(failures)]);
        ring.RunFor(TimeSpan.FromSeconds(4));
        Assert.All(files, id => Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id))));
    }

    [Fact]
    public void A_joining_node_is_handed_its_objects_and_the_surplus_goes_after_the_delay()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(60);
        ring.Add();
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(4));
        Assert.All(files, id => Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id))));
        Assert.Contains(files, id => ring.HolderCount(id) > 3);
        ring.RunFor(TimeSpan.FromSeconds(40));
        Assert.All(files, id => Assert.Equal(3, ring.HolderCount(id)));
        Assert.All(ring.Nodes, n => Assert.Equal(0, n.Past.Status().Surplus));
    }

    [Fact]
    public void Surplus_is_kept_while_one_of_the_k_closest_does_not_confirm()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(60);
        TestNode joined = ring.Add();
        ring.OnTheWay = p => p.Message is HoldReport && p.From.Id == joined.Self.Id ? null : p;
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.All(files.Where(id => joined.Holds(id)), id => Assert.Equal(4, ring.HolderCount(id)));
    }

    [Fact]
    public void Objects_with_different_k_are_kept_at_their_own_k()
    {
        var ring = new TestRing(12);
        var files = new List<(FileId Id, int K)>();
        for (int i = 0; i < 24; i++)
        {
            int k = 1 + (i % 4);
            var content = Make.Content($"content {i}");
            ObjectCertificate certificate = Make.File($"file {i}", content, k);
            ring.Ask<ObjectInserted>(ring.Nodes[i % 12], id => new InsertObject(id, Timeout, certificate, content, false));
            files.Add((certificate.File, k));
        }

        ring.Kill(ring.Nodes[5]);
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(files.Where(f => f.K > 1), f => Assert.Equal(f.K, ring.HolderCount(f.Id)));
    }

    [Fact]
    public void The_only_copy_comes_back_with_its_holder_even_if_others_are_responsible_by_now()
    {
        var ring = new TestRing(4);
        List<FileId> files = ring.Insert(12, 1);
        TestNode absent = ring.ClosestTo(files[0])[0];
        ring.Kill(absent);
        for (int i = 0; i < 20; i++) ring.Add();
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(10));
        ring.Restart(absent);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.All(files, id => Assert.True(ring.ClosestTo(id)[0].Holds(id)));
        Assert.All(files, id => Assert.Equal(1, ring.HolderCount(id)));
    }

    [Fact]
    public void A_node_that_lost_its_disk_gets_everything_back()
    {
        var ring = new TestRing(6);
        List<FileId> files = ring.Insert(30);
        TestNode poor = ring.Nodes[2];
        List<FileId> had = [.. poor.Disk.Keys];
        Assert.NotEmpty(had);
        ring.Kill(poor);
        poor.Disk.Clear();
        ring.Restart(poor);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(had, poor.Disk.Keys.Where(files.Contains));
        Assert.Equal(0, poor.Past.Status().Pointers);
    }

    [Fact]
    public void A_lookup_finds_an_object_through_a_pointer_before_it_is_fetched()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(20);
        ring.OnTheWay = p => p.Message is FetchRequest && ring.Nodes.Count > 8 && p.From.Id == ring.Nodes[8].Self.Id ? null : p;
        TestNode joined = ring.Add();
        ring.MeetAll();
        ring.RunUntil(() => joined.Past.Status().Pointers > 0, TimeSpan.FromSeconds(3));
        ring.RunFor(TimeSpan.FromMilliseconds(100));
        FileId id = files.First(f => ring.ClosestTo(f)[0] == joined);
        Assert.False(joined.Holds(id));
        Assert.Equal(HolderState.Pointer, ring.Ask<ObjectInspected>(ring.Nodes[0], r => new InspectObject(r, Timeout, id, false)).Holders[0].State);
        Assert.Equal(id, ring.Ask<ObjectFound>(ring.ClosestTo(id)[7], r => new LookupObject(r, Timeout, id)).Certificate.File);
    }

    [Fact]
    public void A_repair_never_stores_what_is_not_the_objects()
    {
        var ring = new TestRing(6);
        List<FileId> files = ring.Insert(10);
        ring.OnTheWay = p => p.Message is ObjectAnswer ? p with { Content = Make.Content("tampered") } : p;
        List<TestNode> before = ring.ClosestTo(files[0]);
        ring.Kill(before[0]);
        ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.All(ring.Living, n => Assert.DoesNotContain(n.Disk.Values, d => d.Content is { } c && c.Hash == Make.Content("tampered").Hash));
        Assert.Equal(2, ring.HolderCount(files[0]));
    }

    [Fact]
    public void Comparing_what_does_not_differ_costs_two_small_messages_a_pair_and_period()
    {
        var ring = new TestRing(4);
        ring.Insert(40);
        ring.RunFor(TimeSpan.FromSeconds(20));
        (long messages, long bytes) = (ring.MessageCount, ring.MessageBytes);
        ring.RunFor(TimeSpan.FromSeconds(40));
        double periodsTimesPairs = 40 / 4.0 * 12;
        Assert.InRange((ring.MessageCount - messages) / periodsTimesPairs, 1.5, 2.5);
        Assert.InRange((ring.MessageBytes - bytes) / periodsTimesPairs, 20, 200);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Run(), Run());

        static (long, long) Run()
        {
            var ring = new TestRing(8);
            ring.Insert(10);
            ring.Kill(ring.Nodes[3]);
            ring.Add();
            ring.MeetAll();
            ring.RunFor(TimeSpan.FromSeconds(30));
            return (ring.MessageCount, ring.MessageBytes);
        }
    }
}
