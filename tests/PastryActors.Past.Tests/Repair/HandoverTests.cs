using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

/// <summary>A node that leaves has handed over before it goes: the ring is looked at in the very moment after the answer, with the node gone.</summary>
public sealed class HandoverTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void What_a_leaving_node_held_is_on_k_others_before_it_goes(int k)
    {
        var ring = new TestRing(12);
        List<FileId> files = ring.Insert(60, k);
        TestNode leaver = ring.ClosestTo(files[0])[0];
        int held = leaver.Past.Status().Objects;

        HandedOver done = Leave(ring, leaver);

        Assert.Equal((held, 0, 0), (done.Entries, done.Left, done.Unplaced));
        ring.Kill(leaver);
        Assert.All(files, id => Assert.Equal(k, ring.HolderCount(id)));
        Assert.Contains(leaver.Facts, f => f.Kind == FactKind.HandingOver);
    }

    [Fact]
    public void Nothing_is_copied_to_anyone_but_those_who_take_its_place()
    {
        var ring = new TestRing(12);
        List<FileId> files = ring.Insert(40, 3);
        TestNode leaver = ring.Nodes[4];
        Leave(ring, leaver);
        ring.Kill(leaver);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.All(files, id => Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id))));
        Assert.All(files, id => Assert.Equal(3, ring.HolderCount(id)));
    }

    [Fact]
    public void It_does_not_go_before_its_time_while_one_that_takes_its_place_does_not_confirm()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(30, 3);
        TestNode leaver = ring.ClosestTo(files[0])[0], silent = ring.ClosestTo(files[0])[3];
        ring.OnTheWay = p => p.Message is HoldReport && p.From.Id == silent.Self.Id ? null : p;
        Instant begun = ring.Now;

        HandedOver done = Leave(ring, leaver);

        Assert.Equal(Timeout, ring.Now - begun);
        Assert.InRange(done.Left, 1, done.Entries - 1);
    }

    [Fact]
    public void What_is_inserted_meanwhile_is_handed_over_too()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(30, 1);
        TestNode leaver = ring.ClosestTo(files[0])[0], other = ring.ClosestTo(files[0])[7];
        Queue<string> names = new(Enumerable.Range(0, 400).Select(i => $"late {i}").Where(n => ring.ClosestTo(Make.File(n, Make.Content(n), 1).File)[0] == leaver));
        List<FileId> late = [];
        int before = leaver.Disk.Count;
        ring.OnTheWay = p =>
        {
            // Every answer to the leaving node lets another insert begin that is meant for it, as long as there are any.
            if (p.Message is HoldReport && p.To.Id == leaver.Self.Id && names.TryDequeue(out string? name)) late.Add(Begin(ring, other, name));
            return p;
        };

        HandedOver done = Leave(ring, leaver);

        Assert.Equal(0, done.Left);
        Assert.True(done.Entries > before, "some of the late ones came to the leaving node");
        ring.Kill(leaver);
        ring.OnTheWay = p => p;
        List<FileId> acknowledged = [.. other.Replies.OfType<ObjectInserted>().Select(r => r.Receipts[0].Object)];
        Assert.All(files.Concat(acknowledged), id => Assert.Equal(1, ring.HolderCount(id)));
        ring.RunFor(Timeout);
        Assert.Equal(late.Count, other.Replies.Count(r => r is ObjectInserted && r.RequestId >= 10_000));
        Assert.All(files.Concat(late), id => Assert.Equal(1, ring.HolderCount(id)));
    }

    [Fact]
    public void Neighbours_that_leave_together_hand_nothing_to_each_other()
    {
        var ring = new TestRing(12);
        List<FileId> files = ring.Insert(60, 1);
        List<TestNode> near = ring.ClosestTo(files[0]);
        ring.After(TimeSpan.FromMilliseconds(2), () => near[1].Past.OnRequest(new HandOver(9001, Timeout)));

        HandedOver done = Leave(ring, near[0]);
        ring.RunUntil(() => near[1].Replies.OfType<HandedOver>().Any(), Timeout);

        Assert.Equal((0, 0), (done.Left, near[1].Replies.OfType<HandedOver>().Single().Left));
        ring.Kill(near[0], near[1]);
        Assert.All(files, id => Assert.Equal(1, ring.HolderCount(id)));
    }

    [Fact]
    public void When_all_leave_nobody_copies_anything_and_nobody_waits()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(60, 3);
        long content = 0;
        ring.OnTheWay = p =>
        {
            if (p.Content is not null) content++;
            return p;
        };
        foreach (TestNode node in ring.Nodes) node.Past.OnRequest(new HandOver(9001, Timeout));

        ring.RunUntil(() => ring.Nodes.All(n => n.Replies.OfType<HandedOver>().Any()), TimeSpan.FromSeconds(3));

        Assert.Equal(0, content);
        Assert.All(ring.Nodes, n => Assert.Equal(n.Past.Status().Objects, n.Replies.OfType<HandedOver>().Single().Unplaced));
        Assert.All(files, id => Assert.Equal(3, ring.HolderCount(id)));
    }

    [Fact]
    public void A_node_alone_leaves_at_once()
    {
        var ring = new TestRing(1);
        ring.Insert(3, 1);
        Assert.Equal((3, 0, 3), Leave(ring, ring.Nodes[0]) is var done ? (done.Entries, done.Left, done.Unplaced) : default);
    }

    [Fact]
    public void What_it_held_for_another_finds_another_place()
    {
        (TestRing ring, FileId id) = Diverted();
        List<TestNode> closest = ring.ClosestTo(id);

        Assert.Equal(0, Leave(ring, closest[5]).Left);

        ring.Kill(closest[5]);
        Assert.Equal(3, ring.HolderCount(id));
        NodeHandle holder = closest[1].PointerTo(id)!;
        Assert.True(ring.Living.Single(n => n.Self.Id == holder.Id).Holds(id));
    }

    [Fact]
    public void A_node_whose_object_lies_elsewhere_hands_over_the_object()
    {
        (TestRing ring, FileId id) = Diverted();
        TestNode leaver = ring.ClosestTo(id)[1];

        Assert.Equal(0, Leave(ring, leaver).Left);

        ring.Kill(leaver);
        Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id) || n.PointerTo(id) is not null));
        Assert.InRange(ring.HolderCount(id), 3, 4);
    }

    [Fact]
    public void A_node_that_leaves_remembers_for_others_what_was_reclaimed()
    {
        var ring = new TestRing(8);
        FileId file = ring.Insert(1, 3)[0];
        ring.Ask<ObjectReclaimed>(ring.Nodes[0], r => new ReclaimObject(r, Timeout, file, Make.Reclaim(file)));
        TestNode leaver = ring.ClosestTo(file)[0];
        Leave(ring, leaver);
        ring.Kill(leaver);
        Assert.All(ring.ClosestTo(file).Take(3), n => Assert.True(n.HasTombstone(file)));
    }

    [Fact]
    public void A_crash_in_the_midst_costs_nothing_and_the_node_counts_again_when_it_is_back()
    {
        var ring = new TestRing(8);
        List<FileId> files = ring.Insert(40, 3);
        TestNode leaver = ring.Nodes[2];
        leaver.Past.OnRequest(new HandOver(9001, Timeout));
        ring.RunUntil(() => ring.Living.Any(n => n.Facts.Exists(f => f.Kind == FactKind.ReplicaRestored)), Timeout);
        ring.Kill(leaver);
        ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(files, id => Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id))));

        ring.Restart(leaver);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.All(files, id => Assert.All(ring.ClosestTo(id).Take(3), n => Assert.True(n.Holds(id))));
        Assert.All(files, id => Assert.Equal(3, ring.HolderCount(id)));
    }

    [Fact]
    public void Only_a_neighbour_is_believed_that_it_leaves_and_a_second_order_is_refused()
    {
        var ring = new TestRing(12);
        List<TestNode> near = ring.ClosestTo(new FileId(new RingId(0), 0));
        ring.Send(near[11], new HoldQuery(1, default, Leaving: true), near[0].Self, null);
        ring.RunFor(TimeSpan.FromSeconds(1));
        List<FileId> files = ring.Insert(40, 2);
        ring.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(files, id => Assert.Equal(2, ring.HolderCount(id)));

        near[0].Past.OnRequest(new HandOver(9001, Timeout));
        near[0].Past.OnRequest(new HandOver(9002, Timeout));
        Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(near[0].Replies.Single(r => r.RequestId == 9002)).Code);
    }

    /// <summary>Nine nodes and an object, for which the second closest had no room: the sixth holds it in its place.</summary>
    private static (TestRing Ring, FileId Id) Diverted()
    {
        var content = Make.Content(new string('x', 1000));
        ObjectCertificate certificate = Make.File("a", content);
        FileId id = certificate.File;
        List<int> order = [.. Enumerable.Range(0, 9).OrderBy(i => id.Key.DistanceTo(NodeIdentity.NodeIdOf(Keys.Of($"node-{i}").Span)))];
        var ring = new TestRing(9, room: i => order.IndexOf(i) switch { 1 => 9_999, 5 => 2_000_000, _ => 1_000_000 });
        List<TestNode> closest = ring.ClosestTo(id);
        ring.Ask<ObjectInserted>(closest[8], r => new InsertObject(r, Timeout, certificate, content, false));
        Assert.Equal((EntryState.Diverted, EntryState.Pointer), (closest[5].StateOf(id), closest[1].StateOf(id)));
        return (ring, id);
    }

    private static HandedOver Leave(TestRing ring, TestNode node) => ring.Ask<HandedOver>(node, id => new HandOver(id, Timeout));

    private static FileId Begin(TestRing ring, TestNode at, string name)
    {
        var content = Make.Content(name);
        ObjectCertificate certificate = Make.File(name, content, 1);
        ring.After(TimeSpan.Zero, () => at.Past.OnRequest(new InsertObject(10_000L + certificate.File.Tail, Timeout, certificate, content, false)));
        return certificate.File;
    }
}
