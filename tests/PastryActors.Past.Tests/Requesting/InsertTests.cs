using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Requesting;

public sealed class InsertTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void An_object_is_durable_on_the_k_closest_before_the_insert_succeeds()
    {
        var ring = new TestRing(12);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        var inserted = ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false));
        Assert.Equal(3, inserted.Receipts.Count);
        Assert.Equal(0, inserted.AlreadyHeld);
        Assert.All(ring.ClosestTo(certificate.File).Take(3), n => Assert.True(n.Holds(certificate.File)));
        Assert.Equal(3, ring.HolderCount(certificate.File));
        Assert.Equal(3, inserted.Receipts.Select(r => r.HolderId).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_insert_again_succeeds_and_says_so(bool offerFirst)
    {
        var ring = new TestRing(8);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false));
        int chunksSent = 0;
        ring.OnTheWay = p =>
        {
            if (p.Content is not null) chunksSent++;
            return p;
        };
        var again = ring.Ask<ObjectInserted>(ring.Nodes[1], id => new InsertObject(id, Timeout, certificate, content, offerFirst));
        Assert.Equal(3, again.AlreadyHeld);
        if (offerFirst) Assert.Equal(0, chunksSent);
    }

    [Fact]
    public void An_offer_sends_content_only_to_those_who_lack_it()
    {
        var ring = new TestRing(8);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        var inserted = ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, true));
        Assert.Equal(0, inserted.AlreadyHeld);
        Assert.Equal(3, ring.HolderCount(certificate.File));
    }

    [Fact]
    public void A_holder_cannot_have_the_content_sent_over_and_over()
    {
        var ring = new TestRing(8);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        int chunksSent = 0;
        ring.OnTheWay = p =>
        {
            if (p.Message is StoreRequest && p.Content is not null) chunksSent++;
            return p.Message is StoreAnswer answer ? p with { Message = new Refused(answer.Operation, RefusalCode.ContentWanted, "more"), Content = null } : p;
        };
        ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false));
        Assert.InRange(chunksSent, 3, 3 * new PastOptions().RoundsMax);
    }

    [Fact]
    public void An_empty_file_is_an_object_too()
    {
        var ring = new TestRing(5);
        var content = Make.Content("");
        ObjectCertificate certificate = Make.File("empty", content);
        ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false));
        var found = ring.Ask<ObjectFound>(ring.Nodes[3], id => new LookupObject(id, Timeout, certificate.File));
        Assert.Equal(0, found.Content.Length);
    }

    [Fact]
    public void Another_content_under_the_same_id_is_refused_as_existing()
    {
        var ring = new TestRing(8);
        var first = Make.Content("first");
        var second = Make.Content("second");
        ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, Make.File("a", first), first, false));
        var failed = ring.Ask<Failed>(ring.Nodes[1], id => new InsertObject(id, Timeout, Make.File("a", second), second, false));
        Assert.Equal(FailureCode.Exists, failed.Code);
    }

    [Fact]
    public void K_beyond_the_ring_is_refused_at_once_with_the_numbers()
    {
        var ring = new TestRing(2);
        var content = Make.Content("hello");
        var failed = ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, Make.File("a", content), content, false));
        Assert.Equal(FailureCode.Invalid, failed.Code);
        Assert.Contains("k = 3 but the ring has 2 nodes", failed.Detail);
    }

    [Fact]
    public void K_beyond_half_the_leaf_set_is_refused()
    {
        var ring = new TestRing(12);
        var content = Make.Content("hello");
        var failed = ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, Make.File("a", content, replicas: 5), content, false));
        Assert.Equal(FailureCode.Invalid, failed.Code);
        Assert.Contains("half the leaf set", failed.Detail);
    }

    [Fact]
    public void Content_that_is_not_the_certificates_is_refused()
    {
        var ring = new TestRing(5);
        ObjectCertificate certificate = Make.File("a", Make.Content("hello"));
        var failed = ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, Make.Content("jello"), false));
        Assert.Equal(FailureCode.Invalid, failed.Code);
    }

    [Fact]
    public void A_certificate_that_its_owner_did_not_sign_is_refused_by_the_holders()
    {
        var ring = new TestRing(5);
        var content = Make.Content("hello");
        ObjectCertificate forged = Make.File("a", content, signer: Keys.Mallory);
        var failed = ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, forged, content, false));
        Assert.Equal(FailureCode.Invalid, failed.Code);
        Assert.Equal(0, ring.HolderCount(forged.File));
    }

    [Fact]
    public void Content_tampered_with_on_the_way_is_not_stored()
    {
        var ring = new TestRing(5);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        ring.OnTheWay = p => p.Message is StoreRequest ? p with { Content = Make.Content("jello") } : p;
        Assert.IsType<Failed>(ring.Ask(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false)));
        Assert.All(ring.Nodes.Skip(1), n => Assert.False(n.Holds(certificate.File)));
    }

    [Fact]
    public void A_receipt_with_a_false_signature_does_not_count()
    {
        var ring = new TestRing(6);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        TestNode liar = ring.ClosestTo(certificate.File)[1];
        TestNode asker = ring.ClosestTo(certificate.File)[5];
        ring.OnTheWay = p => p is { Message: StoreAnswer answer } && p.From.Id == liar.Self.Id
            ? p with { Message = answer with { Receipt = answer.Receipt with { Signature = Keys.Sign(Keys.Mallory, default) } } }
            : p;
        var failed = ring.Ask<Failed>(asker, id => new InsertObject(id, Timeout, certificate, content, false));
        Assert.Contains("false signature", failed.Detail);
        Assert.Contains(liar.Self.Id.ToString(), failed.Detail);
        Assert.Contains(asker.Facts, f => f.Kind == FactKind.MessageRefused && f.Subject == liar.Self.Id);
    }

    [Fact]
    public void A_receipt_in_anothers_name_does_not_count()
    {
        var ring = new TestRing(6);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        List<TestNode> closest = ring.ClosestTo(certificate.File);
        StoreReceipt? stolen = null;
        ring.OnTheWay = p =>
        {
            if (p.Message is not StoreAnswer answer) return p;
            if (p.From.Id == closest[0].Self.Id) stolen = answer.Receipt;
            return p.From.Id == closest[2].Self.Id && stolen is not null ? p with { Message = answer with { Receipt = stolen } } : p;
        };
        Assert.IsType<Failed>(ring.Ask(closest[5], id => new InsertObject(id, Timeout, certificate, content, false)));
    }

    [Fact]
    public void A_holder_that_dies_during_the_insert_is_replaced()
    {
        var ring = new TestRing(10);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        TestNode victim = ring.ClosestTo(certificate.File)[0];
        TestNode asker = ring.ClosestTo(certificate.File)[9];
        bool killed = false;
        ring.OnTheWay = p =>
        {
            if (p.Message is StoreRequest && p.To.Id == victim.Self.Id && !killed)
            {
                killed = true;
                ring.After(TimeSpan.Zero, victim.Stop);
                ring.After(TimeSpan.FromSeconds(3), ring.MeetAll);
            }

            return p;
        };
        var inserted = ring.Ask<ObjectInserted>(asker, id => new InsertObject(id, Timeout, certificate, content, false));
        Assert.DoesNotContain(inserted.Receipts, r => r.HolderId == victim.Self.Id);
        Assert.Equal(3, ring.HolderCount(certificate.File));
    }

    [Fact]
    public void A_silent_holder_that_stays_in_the_ring_ends_the_insert_with_its_name()
    {
        var ring = new TestRing(6);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        TestNode silent = ring.ClosestTo(certificate.File)[1];
        TestNode asker = ring.ClosestTo(certificate.File)[5];
        ring.OnTheWay = p => p.To.Id == silent.Self.Id && p.Message is StoreRequest ? null : p;
        var failed = ring.Ask<Failed>(asker, id => new InsertObject(id, TimeSpan.FromSeconds(5), certificate, content, false));
        Assert.Equal(FailureCode.TimedOut, failed.Code);
        Assert.Contains(silent.Self.Id.ToString(), failed.Detail);
        Assert.Contains("2 of 3 receipts", failed.Detail);
    }

    [Fact]
    public void Where_nobody_has_room_the_insert_ends_as_full_and_leaves_nothing_behind()
    {
        var ring = new TestRing(6);
        var content = Make.Content("hello");
        ObjectCertificate certificate = Make.File("a", content);
        foreach (TestNode node in ring.ClosestTo(certificate.File).Skip(2)) node.CapacityBytes = 3;
        var failed = ring.Ask<Failed>(ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, content, false));
        Assert.Equal(FailureCode.Full, failed.Code);
        ring.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.All(ring.Nodes, n => Assert.Empty(n.Disk));
        Assert.All(ring.Nodes, n => Assert.Equal((0, 0), (n.Past.Status().Objects, n.Past.Status().Admissions)));
    }

    [Fact]
    public void Requests_beyond_the_bound_are_answered_busy()
    {
        var ring = new TestRing(5, TestRing.Fast with { RequestsMax = 1 });
        ring.OnTheWay = _ => null;
        ring.Nodes[0].Past.OnRequest(new LookupObject(1000, Timeout, default));
        var failed = Assert.IsType<Failed>(ring.Ask(ring.Nodes[0], id => new LookupObject(id, Timeout, default)));
        Assert.Equal(FailureCode.Busy, failed.Code);
    }
}
