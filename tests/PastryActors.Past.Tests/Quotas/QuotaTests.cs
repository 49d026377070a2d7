using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Quotas;

/// <summary>SOSP 2001, section 2.2: an owner's quota is debited size times k at an insert, and credited by reclaim receipts.</summary>
public sealed class QuotaTests
{
    private const long QuotaBytes = 100;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly PastOptions Options = TestRing.Fast with { OwnerQuotaBytes = QuotaBytes, DebitGrace = TimeSpan.FromSeconds(10) };
    private static readonly Hash256 Alice = Hash256.Of(Keys.Alice.Span);

    private readonly TestRing _ring = new(12, Options);
    private readonly MemoryContent _content = Make.Content("0123456789");

    [Fact]
    public void An_insert_is_debited_size_times_k_on_each_node_that_keeps_the_ledger()
    {
        Insert(Make.File("a", _content));
        Assert.Equal((30, QuotaBytes), (Report().UsedBytes, Report().QuotaBytes));
        List<TestNode> keepers = _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0));
        Assert.All(keepers[..Ledger.Copies], n => Assert.Equal(30, DebitedOn(n)));
        Assert.All(keepers[Ledger.Copies..], n => Assert.Equal(0, DebitedOn(n)));
    }

    [Fact]
    public void The_same_insert_again_is_debited_once()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        Insert(certificate);
        Assert.Equal(3, Insert(certificate, through: 5).AlreadyHeld);
        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void What_the_quota_does_not_cover_is_refused_and_stored_nowhere()
    {
        for (int i = 0; i < 3; i++) Insert(Make.File($"fits {i}", _content));
        ObjectCertificate over = Make.File("over", _content);
        Failed failed = _ring.Ask<Failed>(_ring.Nodes[4], id => new InsertObject(id, Timeout, over, _content, false));
        Assert.Equal(FailureCode.OverQuota, failed.Code);
        Assert.Equal(0, _ring.HolderCount(over.File));
        Assert.Equal(90, Report().UsedBytes);
    }

    [Fact]
    public void Owners_do_not_share_a_quota()
    {
        for (int i = 0; i < 3; i++) Insert(Make.File($"hers {i}", _content));
        Insert(Make.File("his", _content, owner: Keys.Mallory));
        Assert.Equal(30, Report(Hash256.Of(Keys.Mallory.Span)).UsedBytes);
    }

    [Fact]
    public void A_reclaim_is_credited_once()
    {
        ObjectCertificate first = Make.File("a", _content), second = Make.File("b", _content);
        Insert(first);
        Insert(second);
        Assert.True(Reclaim(first.File).IsCredited);
        Assert.Equal(30, Report().UsedBytes);
        Assert.Equal(FailureCode.NotFound, _ring.Ask<Failed>(_ring.Nodes[7], id => new ReclaimObject(id, Timeout, first.File, Make.Reclaim(first.File))).Code);
        Assert.Equal(30, Report().UsedBytes);
        _ring.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void A_reclaim_that_nobody_presented_is_credited_all_the_same()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        Insert(certificate);
        _ring.OnTheWay = p => p.Message is LedgerRequest { Intent: LedgerIntent.Credit } ? null : p;
        Assert.False(Reclaim(certificate.File).IsCredited);
        _ring.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(0, Report().UsedBytes);
    }

    [Fact]
    public void A_reclaim_interrupted_before_the_credit_is_taken_up_again()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        Insert(certificate);
        _ring.OnTheWay = p => p.Message is LedgerRequest { Intent: LedgerIntent.Credit } ? null : p;
        Reclaim(certificate.File);
        _ring.OnTheWay = p => p;
        Assert.Equal(FailureCode.NotFound, _ring.Ask<Failed>(_ring.Nodes[7], id => new ReclaimObject(id, Timeout, certificate.File, Make.Reclaim(certificate.File))).Code);
        Assert.Equal(0, Report().UsedBytes);
    }

    [Fact]
    public void Two_gateways_cannot_both_take_the_last_room()
    {
        for (int i = 0; i < 2; i++) Insert(Make.File($"fits {i}", _content));
        ObjectCertificate[] rivals = [Make.File("left", _content), Make.File("right", _content)];
        for (int i = 0; i < 2; i++)
        {
            ObjectCertificate rival = rivals[i];
            Assert.True(_ring.Nodes[i].Past.OnRequest(new InsertObject(1000 + i, Timeout, rival, _content, false)));
        }

        _ring.RunFor(TimeSpan.FromMinutes(3));
        int inserted = _ring.Nodes.Sum(n => n.Replies.Count(r => r is ObjectInserted { RequestId: >= 1000 }));
        Assert.InRange(inserted, 0, 1);
        Assert.Equal(60 + (30 * inserted), Report().UsedBytes);
    }

    [Fact]
    public void An_insert_that_finds_no_room_is_given_back()
    {
        var ring = new TestRing(12, Options with { OwnerQuotaBytes = 100_000 }, room: i => i % 4 == 0 ? 50 : 12_000);
        MemoryContent content = Make.Content(new string('x', 900));
        int failed = 0;
        for (int i = 0; i < 8; i++)
        {
            ObjectCertificate certificate = Make.File($"file {i}", content);
            if (ring.Ask(ring.Nodes[1], id => new InsertObject(id, Timeout, certificate, content, false)) is Failed { Code: FailureCode.Full }) failed++;
        }

        ring.RunFor(TimeSpan.FromSeconds(5));
        long held = ring.Nodes.Sum(n => n.Disk.Keys.Count(id => n.Holds(id) && n.Disk[id].Content is not null));
        Assert.InRange(failed, 1, 7);
        Assert.Equal((8 - failed) * 3 * 900, Report(ring).UsedBytes);
        Assert.Equal((8 - failed) * 3, held);
    }

    [Fact]
    public void What_one_keeper_refuses_the_others_take_back_at_once()
    {
        Insert(Make.File("fits", _content));
        List<TestNode> keepers = Keepers;
        // One of them has debits that the others have not heard of yet.
        foreach (string name in (string[])["x", "y"]) Send(keepers[0], LedgerIntent.Debit, 1, Make.File(name, _content));
        _ring.RunFor(TimeSpan.FromSeconds(0.5));
        Assert.Equal(FailureCode.OverQuota, _ring.Ask<Failed>(_ring.Nodes[4], id => new InsertObject(id, Timeout, Make.File("over", _content), _content, false)).Code);
        _ring.RunFor(TimeSpan.FromSeconds(0.5));
        Assert.All(keepers[1..], k => Assert.Equal(30, DebitedOn(k)));
    }

    [Fact]
    public void A_release_takes_back_what_that_request_debited_and_nothing_later()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        TestNode keeper = Keepers[0];
        Send(keeper, LedgerIntent.Debit, 1, certificate);
        Send(keeper, LedgerIntent.Debit, 2, certificate);
        _ring.RunFor(TimeSpan.FromSeconds(0.1));
        Send(keeper, LedgerIntent.Release, 1, certificate);
        _ring.RunFor(TimeSpan.FromSeconds(0.1));
        Assert.Equal(30, DebitedOn(keeper));
        Send(keeper, LedgerIntent.Release, 2, certificate);
        _ring.RunFor(TimeSpan.FromSeconds(0.1));
        Assert.Equal(0, DebitedOn(keeper));
    }

    [Fact]
    public void A_debit_released_while_it_is_written_does_not_stay()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        TestNode keeper = Keepers[0];
        Send(keeper, LedgerIntent.Debit, 1, certificate);
        Send(keeper, LedgerIntent.Release, 1, certificate);
        _ring.RunFor(TimeSpan.FromSeconds(0.1));
        Assert.Equal(0, DebitedOn(keeper));
    }

    [Fact]
    public void A_failed_insert_whose_object_was_given_away_meanwhile_stays_debited()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        List<TestNode> closest = _ring.ClosestTo(certificate.File);
        (TestNode holder, TestNode full, TestNode asker) = (closest[0], closest[2], closest[^1]);
        bool fetched = false;
        _ring.OnTheWay = p =>
        {
            // A neighbour takes itself for one of the k, as in a cut, and makes itself a replica before the third holder says that it is full.
            if (p.Message is StoreAnswer && p.From.Id == full.Self.Id) return p with { Message = new Refused(((StoreAnswer)p.Message).Operation, RefusalCode.Full, "no room") };
            if (p.Message is StoreAnswer && p.From.Id == holder.Self.Id && !fetched)
            {
                fetched = true;
                closest[5].Send(new FetchRequest(9, certificate.File), holder.Self);
            }

            return p;
        };
        Assert.Equal(FailureCode.Full, _ring.Ask<Failed>(asker, id => new InsertObject(id, Timeout, certificate, _content, false)).Code);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(fetched);
        Assert.All(Keepers, k => Assert.Equal(30, DebitedOn(k)));
    }

    [Fact]
    public void A_debit_that_rotted_is_fetched_from_another_keeper()
    {
        Insert(Make.File("a", _content));
        TestNode keeper = Keepers[0];
        FileId debit = Ledger.DebitOf(Keys.Alice, Make.File("a", _content).File);
        keeper.Disk[debit] = keeper.Disk[debit] with { Meta = new byte[] { 1, 2, 3 } };
        _ring.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(30, DebitedOn(keeper));
        Assert.NotNull(CertificateCodec.TryDecodeCertificate(keeper.Disk[debit].Meta.Span, out _));
    }

    [Fact]
    public void A_debit_whose_object_was_never_stored_lapses_for_good()
    {
        ObjectCertificate never = Make.File("never", _content);
        Debit(never);
        Assert.Equal(30, Report().UsedBytes);
        _ring.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(0, Report().UsedBytes);
        Assert.All(_ring.Nodes, n => Assert.Equal(0, DebitedOn(n)));
        Insert(never);
        _ring.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void A_debit_of_an_object_that_is_there_stays()
    {
        Insert(Make.File("a", _content));
        _ring.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void The_ledger_outlives_those_who_keep_it()
    {
        Insert(Make.File("a", _content));
        for (int i = 0; i < 4; i++)
        {
            _ring.Kill(_ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[0]);
            _ring.RunFor(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void The_sum_is_read_from_the_disk_at_start()
    {
        Insert(Make.File("a", _content));
        foreach (TestNode node in _ring.Nodes) node.Stop();
        foreach (TestNode node in _ring.Nodes) node.Start();
        _ring.MeetAll();
        Assert.Equal(30, Report().UsedBytes);
    }

    [Fact]
    public void Another_object_under_the_same_id_is_not_covered_by_the_debit()
    {
        Insert(Make.File("a", _content, replicas: 1));
        ObjectCertificate larger = Make.File("a", Make.Content(new string('x', 20)), replicas: 4);
        Failed failed = _ring.Ask<Failed>(_ring.Nodes[2], id => new InsertObject(id, Timeout, larger, Make.Content(new string('x', 20)), false));
        Assert.Equal(FailureCode.Exists, failed.Code);
        Assert.Equal(10, Report().UsedBytes);
    }

    [Fact]
    public void Without_quotas_no_ledger_is_asked()
    {
        var ring = new TestRing(12);
        int asked = 0;
        ring.OnTheWay = p =>
        {
            if (p.Message is LedgerRequest) asked++;
            return p;
        };
        ring.Ask<ObjectInserted>(ring.Nodes[0], id => new InsertObject(id, Timeout, Make.File("a", _content), _content, false));
        ring.Ask<ObjectReclaimed>(ring.Nodes[0], id => new ReclaimObject(id, Timeout, Make.File("a", _content).File, Make.Reclaim(Make.File("a", _content).File)));
        Assert.Equal(0, asked);
        Assert.Equal(FailureCode.Invalid, ring.Ask<Failed>(ring.Nodes[0], id => new QueryLedger(id, Timeout, Alice)).Code);
    }

    private List<TestNode> Keepers => _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[..Ledger.Copies];

    private void Send(TestNode keeper, LedgerIntent intent, long operation, ObjectCertificate certificate)
    {
        TestNode asker = _ring.Nodes.Find(n => !Keepers.Contains(n))!;
        asker.Send(intent == LedgerIntent.Release ? new LedgerRequest(operation, intent, Alice, Object: certificate.File) : new LedgerRequest(operation, intent, Alice, certificate with { IsDebit = true }), keeper.Self);
    }

    private ObjectInserted Insert(ObjectCertificate certificate, int through = 0) =>
        _ring.Ask<ObjectInserted>(_ring.Nodes[through], id => new InsertObject(id, Timeout, certificate, _content, false));

    private ObjectReclaimed Reclaim(FileId file) => _ring.Ask<ObjectReclaimed>(_ring.Nodes[6], id => new ReclaimObject(id, Timeout, file, Make.Reclaim(file)));

    private LedgerReport Report(Hash256? owner = null) => Report(_ring, owner);

    private static LedgerReport Report(TestRing ring, Hash256? owner = null) => ring.Ask<LedgerReport>(ring.Living.Last(), id => new QueryLedger(id, Timeout, owner ?? Alice));

    // As a holder that goes down before it has stored what it had debited.
    private void Debit(ObjectCertificate certificate)
    {
        TestNode holder = _ring.Nodes[0];
        foreach (TestNode keeper in _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[..Ledger.Copies])
            holder.Send(new LedgerRequest(1, LedgerIntent.Debit, Alice, certificate with { IsDebit = true }), keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
    }

    private static long DebitedOn(TestNode node) => node.Disk.Values.Where(d => (byte)d.Tag == (byte)ObjectKind.Debit && (byte)(d.Tag >> 16) == 0).Sum(d => (long)(d.Tag >> 32));
}
