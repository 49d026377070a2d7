using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

public sealed class StoreKeeperTests
{
    private static readonly NodeHandle Asker = new(new RingId(77), "asker", 1);
    private static readonly MemoryContent Content = Make.Content("hello");
    private static readonly ObjectCertificate Certificate = Make.File("a", Content);

    private readonly FakeHost _host = new(Certificate.File.Key);
    private readonly PastContext _context;
    private readonly StoreKeeper _keeper;

    public StoreKeeperTests()
    {
        _context = new PastContext(_host, new PastOptions { AdmissionsMax = 2, AdmissionBytesMax = 2 << 20 }, new Catalog(), Keys.Of("node"), 1);
        _keeper = new StoreKeeper(_context, new NoRepairs());
    }

    [Fact]
    public void It_verifies_then_writes_then_signs_then_answers()
    {
        Store(1);
        var verify = _host.LastWork<Verify>();
        Assert.Equal(CertificateCodec.ClaimOf(Certificate), Assert.Single(verify.Claims));
        Assert.Empty(_host.Sent);

        _context.WorkDone(new Verified(verify.Id, true));
        var write = _host.LastWork<StoreWrite>();
        Assert.Equal((Certificate.File, (ContentRef)Content), (write.Object, write.Content));
        Assert.Equal(Certificate, CertificateCodec.TryDecodeCertificate(write.Meta.Span, out _));
        Assert.Empty(_host.Sent);
        Assert.False(_context.Catalog.Holds(Certificate.File));

        _context.WorkDone(new StoreChanged(write.Id, write.Object, StoreStatus.Done));
        Assert.True(_context.Catalog.Holds(Certificate.File));
        Assert.Empty(_host.Sent);
        var sign = _host.LastWork<Sign>();

        BatchSignature signature = Keys.Sign(Keys.Of("node"), sign.Digest);
        _context.WorkDone(new Signed(sign.Id, signature));
        var answer = _host.LastSent<StoreAnswer>();
        Assert.Equal(new StoreReceipt(Certificate.File, Certificate.ContentHash, Keys.Of("node"), null, signature), answer.Receipt);
        Assert.Equal((1L, false), (answer.Operation, answer.AlreadyHeld));
        Assert.Equal(CertificateCodec.DigestOf(answer.Receipt), sign.Digest);
        Assert.Equal(0, _keeper.OpenCount);
        Assert.Empty(_context.Changing);
    }

    [Theory]
    [InlineData(StoreStatus.Full, RefusalCode.Full)]
    [InlineData(StoreStatus.Failed, RefusalCode.Broken)]
    [InlineData(StoreStatus.Corrupt, RefusalCode.Broken)]
    public void What_the_disk_does_not_take_is_refused_and_forgotten(StoreStatus status, RefusalCode expected)
    {
        Store(1);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, true));
        _context.WorkDone(new StoreChanged(_host.LastWork<StoreWrite>().Id, Certificate.File, status));
        Assert.Equal(expected, _host.LastSent<Refused>().Code);
        Assert.False(_context.Catalog.Holds(Certificate.File));
        Assert.Equal(0, _keeper.OpenCount);
    }

    [Fact]
    public void A_false_signature_is_refused_and_nothing_written()
    {
        Store(1);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, false));
        Assert.Equal(RefusalCode.Invalid, _host.LastSent<Refused>().Code);
        Assert.DoesNotContain(_host.Works, w => w is StoreWrite);
    }

    [Fact]
    public void Two_who_ask_for_the_same_are_served_by_one_write()
    {
        Store(1);
        Store(2);
        Assert.Single(_host.Works);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, true));
        _context.WorkDone(new StoreChanged(_host.LastWork<StoreWrite>().Id, Certificate.File, StoreStatus.Done));
        _context.WorkDone(new Signed(_host.LastWork<Sign>().Id, Keys.Sign(Keys.Of("node"), default)));
        Assert.Equal([1L, 2L], _host.Sent.Select(s => ((StoreAnswer)s.Message).Operation));
    }

    [Fact]
    public void A_request_that_was_given_up_before_it_came_is_not_carried_out()
    {
        _keeper.Handle(new Discard(1, Certificate.File), Asker);
        Store(1);
        Assert.Empty(_host.Works);
        Assert.Equal(0, _keeper.OpenCount);
        Store(2);
        Assert.Single(_host.Works);
    }

    [Fact]
    public void Whoever_gives_up_keeps_no_other_from_having_the_object_stored()
    {
        Store(1);
        _keeper.Handle(new Discard(2, Certificate.File), Asker);
        Store(2);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, true));
        _context.WorkDone(new StoreChanged(_host.LastWork<StoreWrite>().Id, Certificate.File, StoreStatus.Done));
        _context.WorkDone(new Signed(_host.LastWork<Sign>().Id, Keys.Sign(Keys.Of("node"), default)));
        Assert.Equal([1L], _host.Sent.Select(s => ((StoreAnswer)s.Message).Operation));
        Assert.True(_context.Catalog.Holds(Certificate.File));
    }

    [Fact]
    public void What_was_given_up_is_remembered_for_two_minutes()
    {
        _keeper.Handle(new Discard(1, Certificate.File), Asker);
        _host.Now += TimeSpan.FromMinutes(2);
        _keeper.Handle(new Discard(9, Certificate.File), Asker);
        Store(1);
        Assert.Single(_host.Works);
    }

    [Fact]
    public void Another_object_of_an_id_under_way_is_put_off()
    {
        Store(1);
        var other = Make.Content("other");
        _keeper.Handle(new StoreRequest(2, Make.File("a", other), false), Asker, other);
        Assert.Equal(RefusalCode.Busy, _host.LastSent<Refused>().Code);
    }

    [Fact]
    public void Beyond_the_bound_it_is_busy_and_says_so_in_a_fact()
    {
        Store(1);
        for (int i = 0; i < 8; i++)
        {
            var content = Make.Content($"{i}");
            _keeper.Handle(new StoreRequest(10 + i, Make.File($"{i}", content), false), Asker, content);
        }

        Assert.Equal(2, _keeper.OpenCount);
        Assert.Equal(7, _host.Sent.Count(s => s.Message is Refused { Code: RefusalCode.Busy }));
        Assert.Equal(7, _host.Facts.Count(f => f.Kind == FactKind.Dropped));
    }

    [Fact]
    public void A_node_beyond_the_k_closest_is_not_responsible()
    {
        for (uint i = 1; i <= 4; i++) _host.LeafSet.Add(new NodeHandle(Certificate.File.Key.Plus(i), "near", 1));
        var far = new FakeHost(Certificate.File.Key.Plus(UInt128.One << 100));
        foreach (NodeHandle node in _host.LeafSet.Members()) far.LeafSet.Add(node);
        var keeper = new StoreKeeper(new PastContext(far, new PastOptions(), new Catalog(), Keys.Of("far"), 1), new NoRepairs());
        keeper.Handle(new StoreRequest(1, Certificate, false), Asker, Content);
        Assert.Equal(RefusalCode.NotResponsible, far.LastSent<Refused>().Code);
    }

    [Fact]
    public void An_inactive_node_takes_nothing()
    {
        _host.IsActive = false;
        Store(1);
        Assert.Equal(RefusalCode.Busy, _host.LastSent<Refused>().Code);
    }

    [Fact]
    public void An_entry_of_the_store_that_the_catalog_did_not_know_is_compared_and_adopted()
    {
        Store(1);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, true));
        _context.WorkDone(new StoreChanged(_host.LastWork<StoreWrite>().Id, Certificate.File, StoreStatus.Exists));
        _context.WorkDone(new StoreGot(_host.LastWork<StoreRead>().Id, Certificate.File, StoreStatus.Done, CertificateCodec.Encode(Certificate), null));
        _context.WorkDone(new Signed(_host.LastWork<Sign>().Id, Keys.Sign(Keys.Of("node"), default)));
        Assert.True(_host.LastSent<StoreAnswer>().AlreadyHeld);
        Assert.True(_context.Catalog.Holds(Certificate.File));
    }

    private void Store(long operation) => _keeper.Handle(new StoreRequest(operation, Certificate, false), Asker, Content);
}
