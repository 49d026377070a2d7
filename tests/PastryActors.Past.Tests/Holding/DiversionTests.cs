using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

/// <summary>Storage management of SOSP 2001, sections 3.3 and 3.5, with k = 3 of 9 nodes, one of which has no room.</summary>
public sealed class DiversionTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly MemoryContent Content = Make.Content(new string('x', 1000));
    private static readonly ObjectCertificate Certificate = Make.File("a", Content);
    private static readonly FileId Id = Certificate.File;

    private readonly TestRing _ring;
    private readonly List<TestNode> _closest;

    public DiversionTests()
    {
        // Names decide ids: the second closest node to the object is the one that is small, the sixth the one with most room.
        List<int> order = [.. Enumerable.Range(0, 9).OrderBy(i => Id.Key.DistanceTo(NodeIdentity.NodeIdOf(Keys.Of($"node-{i}").Span)))];
        _ring = new TestRing(9, room: i => order.IndexOf(i) switch { 1 => 9_999, 5 => 2_000_000, _ => 1_000_000 });
        _closest = _ring.ClosestTo(Id);
    }

    private TestNode A => _closest[1];

    private TestNode B => _closest[5];

    private TestNode C => _closest[3];

    [Fact]
    public void What_exceeds_t_pri_of_the_free_space_goes_to_the_neighbour_with_most_room()
    {
        ObjectInserted inserted = Insert();
        Assert.Equal([true, false, true, false, false, true, false, false, false], _closest.Select(n => n.Holds(Id)));
        Assert.Equal(EntryState.Diverted, B.StateOf(Id));
        Assert.Equal(B.Self, A.PointerTo(Id));
        StoreReceipt diverted = Assert.Single(inserted.Receipts, r => r.Diverted);
        Assert.Equal((A.Self.Id, (RingId?)B.Self.Id), (diverted.HolderId, diverted.DivertedTo));
    }

    [Fact]
    public void The_node_next_to_the_k_closest_has_a_pointer_too()
    {
        Insert();
        _ring.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(B.Self, C.PointerTo(Id));
    }

    [Fact]
    public void A_lookup_that_meets_only_the_pointer_finds_the_object()
    {
        Insert();
        _ring.Kill(_closest[0], _closest[2]);
        Assert.Equal(Content.Hash, Lookup(_closest[8]).Content.Hash);
    }

    [Fact]
    public void The_spare_pointer_keeps_the_replica_reachable_when_the_node_that_diverted_it_fails()
    {
        Insert();
        _ring.RunFor(TimeSpan.FromMilliseconds(100));
        _ring.OnTheWay = p => p.Message is FetchRequest && _ring.Nodes.Find(n => n.Self == p.From)!.IsAlive && p.To != B.Self && p.From != _closest[8].Self ? null : p;
        _ring.Kill(_closest[0], _closest[1], _closest[2]);
        Assert.Equal(B.Self, Lookup(_closest[8]).Holder);
    }

    [Fact]
    public void It_survives_restarts_of_everybody()
    {
        Insert();
        foreach (TestNode node in _ring.Nodes) node.Start();
        _ring.MeetAll();
        _ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(B.Self, A.PointerTo(Id));
        Assert.Equal(3, _ring.HolderCount(Id));
        Assert.Equal((1, 1), (A.Past.Status().DivertedAway, B.Past.Status().DivertedHere));
    }

    [Fact]
    public void When_the_holder_fails_another_takes_its_place_and_the_first_lets_go_when_it_comes_back()
    {
        Insert();
        _ring.Kill(B);
        _ring.RunFor(TimeSpan.FromSeconds(20));
        NodeHandle second = Assert.IsType<NodeHandle>(A.PointerTo(Id));
        Assert.NotEqual(B.Self, second);
        Assert.Equal(3, _ring.HolderCount(Id));
        _ring.Restart(B);
        _ring.RunFor(TimeSpan.FromSeconds(120));
        Assert.False(B.Holds(Id));
        Assert.Equal(second, A.PointerTo(Id));
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void A_holder_that_lost_the_object_is_found_out_and_replaced_or_restored()
    {
        Insert();
        B.Disk.Remove(Id);
        B.Start();
        _ring.MeetAll();
        _ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(3, _ring.HolderCount(Id));
        Assert.True(_ring.Nodes.Single(n => n.Self == A.PointerTo(Id)).Holds(Id));
    }

    [Fact]
    public void Damage_of_a_diverted_replica_is_mended_where_it_was()
    {
        Insert();
        B.Disk.Remove(Id);
        _ring.Ask<DamageNoted>(B, r => new ReportDamage(r, Timeout, Id));
        _ring.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(EntryState.Diverted, B.StateOf(Id));
        Assert.Equal(B.Self, A.PointerTo(Id));
    }

    [Fact]
    public void With_room_again_the_object_comes_home_and_the_other_lets_it_go()
    {
        Insert();
        A.RoomBytes = 1_000_000;
        A.Start();
        _ring.MeetAll();
        _ring.RunFor(TimeSpan.FromSeconds(120));
        Assert.Equal(EntryState.Replica, A.StateOf(Id));
        Assert.False(B.Holds(Id));
        Assert.Null(C.PointerTo(Id));
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void Reclaim_releases_the_diverted_replica_with_the_others()
    {
        Insert();
        var reclaimed = _ring.Ask<ObjectReclaimed>(_closest[8], r => new ReclaimObject(r, Timeout, Id, Make.Reclaim(Id)));
        Assert.Equal((3, 3000L), (reclaimed.Released, reclaimed.BytesReleased));
        _ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _ring.HolderCount(Id));
        Assert.DoesNotContain(_ring.Nodes, n => n.PointerTo(Id) is not null);
    }

    [Fact]
    public void An_inspection_names_the_pointer_and_the_holder_behind_it()
    {
        Insert();
        var inspected = _ring.Ask<ObjectInspected>(_closest[8], r => new InspectObject(r, Timeout, Id, ReadBack: true));
        Assert.Equal(HolderState.Pointer, inspected.Holders.Single(h => h.Node == A.Self).State);
        Assert.Equal(3, inspected.Holders.Count(h => h.State == HolderState.Verified));
        Assert.Contains(inspected.Holders, h => h.Node == B.Self);
    }

    [Fact]
    public void The_same_insert_again_is_answered_from_what_is_there()
    {
        Insert();
        ObjectInserted again = Insert();
        Assert.Equal(3, again.AlreadyHeld);
        Assert.Equal(B.Self.Id, Assert.Single(again.Receipts, r => r.Diverted).DivertedTo);
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void An_insert_that_fails_elsewhere_takes_its_diverted_replica_back()
    {
        foreach (TestNode node in _closest)
        {
            if (node != A && node != B && node != _closest[0]) node.RoomBytes = 100;
        }

        foreach (TestNode node in _ring.Nodes) node.Start();
        _ring.MeetAll();
        _ring.RunFor(TimeSpan.FromSeconds(10));
        var failed = _ring.Ask<Failed>(_closest[8], r => new InsertObject(r, Timeout, Certificate, Content, false));
        Assert.Equal(FailureCode.Full, failed.Code);
        Assert.Contains("past.t-pri", failed.Detail, StringComparison.Ordinal);
        _ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _ring.HolderCount(Id));
    }

    [Fact]
    public void All_k_without_room_who_meet_at_the_same_neighbours_find_one_each()
    {
        TestRing ring = new(9, TestRing.Fast with { DiversionTriesMax = 1 }, room: i => _ring.Nodes[i] == _closest[0] || _ring.Nodes[i] == A || _ring.Nodes[i] == _closest[2] ? 9_999 : 1_000_000 + i);
        TestNode reader = ring.ClosestTo(Id)[8];
        var inserted = ring.Ask<ObjectInserted>(reader, r => new InsertObject(r, Timeout, Certificate, Content, false));
        Assert.All(inserted.Receipts, r => Assert.True(r.Diverted));
        Assert.Equal(3, inserted.Receipts.Select(r => r.DivertedTo).Distinct().Count());
        Assert.Equal(3, ring.HolderCount(Id));
    }

    [Fact]
    public void Nobody_but_the_inserter_can_have_it_discarded_and_nobody_once_another_relies_on_it()
    {
        long operation = 0;
        _ring.OnTheWay = p =>
        {
            if (p.Message is StoreRequest { Divert: false } store && p.To == _closest[0].Self) operation = store.Operation;
            return p;
        };
        Insert();
        _ring.Send(_closest[7], new Discard(operation, Id), _closest[0].Self, null);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(_closest[0].Holds(Id));
        long first = operation;
        _ring.Ask<ObjectInserted>(_closest[7], r => new InsertObject(r, Timeout, Certificate, Content, false));
        _ring.Send(_closest[8], new Discard(first, Id), _closest[0].Self, null);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(_closest[0].Holds(Id));
    }

    [Fact]
    public void A_receipt_for_another_holder_without_that_holders_own_is_worth_nothing()
    {
        _ring.OnTheWay = p => p.Message is StoreAnswer { HolderReceipt: not null } a ? p with { Message = a with { HolderReceipt = null } } : p;
        var failed = _ring.Ask<Failed>(_closest[8], r => new InsertObject(r, Timeout, Certificate, Content, false));
        Assert.Contains("the holder's own receipt", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void One_holder_is_not_counted_for_two()
    {
        // Both the first and the third claim what only one node holds.
        _ring.OnTheWay = p =>
        {
            if (p.Message is not StoreAnswer { HolderReceipt: null } answer || p.From != _closest[0].Self || p.To != _closest[8].Self) return p;
            StoreReceipt claim = answer.Receipt with { DivertedTo = B.Self.Id };
            claim = claim with { Signature = Keys.Sign(_closest[0].Key, CertificateCodec.DigestOf(claim)) };
            var held = new StoreReceipt(Id, Certificate.ContentHash, B.Key, null, new BatchSignature(default, 0, default));
            return p with { Message = answer with { Receipt = claim, HolderReceipt = held with { Signature = Keys.Sign(B.Key, CertificateCodec.DigestOf(held)) } } };
        };
        var failed = _ring.Ask<Failed>(_closest[8], r => new InsertObject(r, Timeout, Certificate, Content, false));
        Assert.Contains("where another of the replicas is", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_joining_node_without_room_points_to_the_one_that_ceased_to_be_among_the_closest()
    {
        Insert();
        TestNode gone = _closest[0];
        _ring.Kill(gone);
        _ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(3, _ring.HolderCount(Id));
        gone.Disk.Clear();
        gone.RoomBytes = 5_000;
        _ring.Restart(gone);
        _ring.RunFor(TimeSpan.FromSeconds(120));
        Assert.NotNull(gone.PointerTo(Id));
        Assert.Equal(3, _ring.HolderCount(Id));
        Assert.Equal(_closest[3].Self, gone.PointerTo(Id));
    }

    [Fact]
    public void Where_the_whole_leaf_set_is_full_the_ends_of_it_are_asked_who_has_room()
    {
        // Of 16 nodes each sees 4 on either side; one that no leaf set of the object's holders contains has room.
        List<int> order = [.. Enumerable.Range(0, 16).OrderBy(i => NodeIdentity.NodeIdOf(Keys.Of($"node-{i}").Span))];
        var ring = new TestRing(16, room: i => order.IndexOf(i) is 0 ? 2_000_000 : 30_000);
        List<TestNode> clockwise = [.. ring.Nodes.OrderBy(n => n.Self.Id)];
        var content = Make.Content(new string('y', 2000));
        ObjectCertificate certificate = FirstNear(clockwise[6], content);
        List<TestNode> closest = ring.ClosestTo(certificate.File);
        ring.Ask<ObjectInserted>(closest[3], r => new InsertObject(r, Timeout, certificate, content, false));

        // Then all but the distant one fill up, and a holder fails.
        foreach (TestNode node in ring.Nodes.Where(n => n != clockwise[0])) node.RoomBytes = 2500;
        foreach (TestNode node in ring.Nodes) node.Start();
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(10));
        ring.Kill(closest[1]);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(3, ring.HolderCount(certificate.File));
        Assert.Equal(EntryState.Diverted, clockwise[0].StateOf(certificate.File));
    }

    private static ObjectCertificate FirstNear(TestNode node, MemoryContent content)
    {
        for (int i = 0; ; i++)
        {
            ObjectCertificate certificate = Make.File($"f{i}", content);
            if (certificate.File.Key.DistanceTo(node.Self.Id) < UInt128.MaxValue / 4096) return certificate;
        }
    }

    private ObjectInserted Insert() => _ring.Ask<ObjectInserted>(_closest[8], r => new InsertObject(r, Timeout, Certificate, Content, false));

    private ObjectFound Lookup(TestNode from) => _ring.Ask<ObjectFound>(from, r => new LookupObject(r, Timeout, Id));
}
