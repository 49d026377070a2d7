using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Quotas;

/// <summary>A ledger comes to be the sum of what is stored from below too: who holds an object has it debited, whatever became of its debit.</summary>
public sealed class AttestationTests
{
    private const long QuotaBytes = 100;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lap = TimeSpan.FromSeconds(30);
    private static readonly Hash256 Alice = Hash256.Of(Keys.Alice.Span);

    private readonly TestRing _ring = new(12, TestRing.Fast with { OwnerQuotaBytes = QuotaBytes, DebitGrace = TimeSpan.FromSeconds(10) });
    private readonly MemoryContent _content = Make.Content("0123456789");

    [Fact]
    public void A_ledger_whose_nodes_all_lost_their_disks_is_made_again()
    {
        for (int i = 0; i < 3; i++) Insert($"file {i}");
        foreach (TestNode keeper in Keepers) Forget(keeper);
        Assert.Equal(0, Used());
        _ring.RunFor(Lap);
        Assert.Equal(90, Used());
        Assert.All(Keepers, k => Assert.Equal(90, DebitedOn(k)));
    }

    [Fact]
    public void What_was_stored_before_owners_had_quotas_is_debited_also_beyond_them_and_nothing_more_fits_until_enough_is_reclaimed()
    {
        var before = new TestRing(12);
        for (int i = 0; i < 5; i++)
        {
            ObjectCertificate certificate = Make.File($"file {i}", _content);
            before.Ask<ObjectInserted>(before.Nodes[0], id => new InsertObject(id, Timeout, certificate, _content, false));
        }

        for (int i = 0; i < 12; i++)
        {
            _ring.Nodes[i].Stop();
            foreach (var record in before.Nodes[i].Disk) _ring.Nodes[i].Disk.Add(record.Key, record.Value);
        }

        foreach (TestNode node in _ring.Nodes) node.Start();
        _ring.MeetAll();
        _ring.RunFor(Lap);
        Assert.Equal(150, Used());
        Assert.Equal(FailureCode.OverQuota, TryInsert("one more"));
        for (int i = 0; i < 2; i++) Reclaim($"file {i}");
        Assert.Equal(90, Used());
        Assert.Equal(FailureCode.OverQuota, TryInsert("one more"));
        Reclaim("file 2");
        Assert.Null(TryInsert("one more"));
    }

    [Fact]
    public void A_debit_let_go_while_its_object_could_not_be_seen_comes_back_with_it()
    {
        // Of an object that no keeper holds itself: what a node says to itself is not on the way.
        string name = Enumerable.Range(0, 100).Select(i => $"file {i}").First(n => !_ring.ClosestTo(Make.File(n, _content).File)[..3].Exists(Keepers.Contains));
        ObjectCertificate certificate = Insert(name);
        // The other side of a cut, as the keepers see it: nodes that answer, and have nothing.
        _ring.OnTheWay = p => p.Message switch
        {
            HoldReport report => p with { Message = report with { States = new byte[report.States.Length] } },
            LedgerRequest { Intent: LedgerIntent.Attest } => null,
            _ => p,
        };
        _ring.RunFor(TimeSpan.FromMinutes(1));
        Assert.All(Keepers, k => Assert.Equal(0, DebitedOn(k)));
        _ring.OnTheWay = p => p;
        _ring.RunFor(Lap);
        Assert.Equal(30, Used());
        Assert.Equal(3, _ring.HolderCount(certificate.File));
    }

    [Fact]
    public void A_reclaimed_object_is_not_debited_again()
    {
        Insert("a");
        Reclaim("a");
        _ring.RunFor(Lap);
        Assert.Equal(0, Used());
        TestNode stranger = _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[^1];
        foreach (TestNode keeper in Keepers) stranger.Send(Attest(Make.File("a", _content)), keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(0, Used());
    }

    [Fact]
    public void To_attest_what_is_not_stored_does_not_let_it_be_stored_beyond_the_quota()
    {
        for (int i = 0; i < 3; i++) Insert($"file {i}");
        ObjectCertificate over = Make.File("over", _content);
        foreach (TestNode keeper in Keepers) _ring.Nodes.Find(n => n != keeper)!.Send(Attest(over), keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(120, Used());
        Assert.Equal(FailureCode.OverQuota, TryInsert("over"));
        Assert.Equal(0, _ring.HolderCount(over.File));
        _ring.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(90, Used());
    }

    [Fact]
    public void An_insert_does_not_pass_beside_the_quota_together_with_an_attestation()
    {
        for (int i = 0; i < 3; i++) Insert($"file {i}");
        TestNode keeper = Keepers[0], asker = _ring.Nodes.Find(n => n != keeper)!;
        List<PastMessage> answers = [];
        _ring.OnTheWay = p =>
        {
            if (p.From.Id == keeper.Self.Id && p.To.Id == asker.Self.Id && p.Message is LedgerAnswer or Refused) answers.Add((PastMessage)p.Message);
            return p;
        };
        ObjectCertificate over = Make.File("over", _content);
        asker.Send(Attest(over), keeper.Self);
        asker.Send(new LedgerRequest(7, LedgerIntent.Debit, Alice, over with { IsDebit = true }), keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalCode.Busy, Assert.IsType<Refused>(answers.Single(a => a.Operation == 7)).Code);
    }

    [Fact]
    public void Another_owners_certificate_attests_nothing()
    {
        LedgerRequest request = Attest(Make.File("his", _content, owner: Keys.Mallory));
        foreach (TestNode keeper in Keepers) _ring.Nodes.Find(n => n != keeper)!.Send(request, keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(0, Used());
    }

    private List<TestNode> Keepers => _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[..Ledger.Copies];

    private static LedgerRequest Attest(ObjectCertificate certificate) => new(3, LedgerIntent.Attest, Alice, certificate with { IsDebit = true });

    private ObjectCertificate Insert(string name)
    {
        ObjectCertificate certificate = Make.File(name, _content);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, _content, false));
        return certificate;
    }

    private FailureCode? TryInsert(string name) => (_ring.Ask(_ring.Nodes[4], id => new InsertObject(id, Timeout, Make.File(name, _content), _content, false)) as Failed)?.Code;

    private void Reclaim(string name)
    {
        FileId file = Make.File(name, _content).File;
        _ring.Ask<ObjectReclaimed>(_ring.Nodes[6], id => new ReclaimObject(id, Timeout, file, Make.Reclaim(file)));
    }

    private long Used() => _ring.Ask<LedgerReport>(_ring.Nodes[1], id => new QueryLedger(id, Timeout, Alice)).UsedBytes;

    // Its disk loses every entry of every ledger.
    private void Forget(TestNode node)
    {
        node.Stop();
        foreach (FileId id in node.Disk.Where(d => (byte)d.Value.Tag == (byte)ObjectKind.Debit).Select(d => d.Key).ToArray()) node.Disk.Remove(id);
        node.Start();
        _ring.MeetAll();
    }

    private static long DebitedOn(TestNode node) => node.Disk.Values.Where(d => (byte)d.Tag == (byte)ObjectKind.Debit && (byte)(d.Tag >> 16) == 0).Sum(d => (long)(d.Tag >> 32));
}
