using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Attacks;

/// <summary>
/// What an attacker may try against the store, in one place: each is refused with a code that does not change (docs/operations.md, "What is refused"). The
/// ninth, a tampered manifest, is a file like any other here; what its text may say is in the tests of DirectoryManifest and SafePath.
/// </summary>
public sealed class AttackTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly Hash256 Alice = Hash256.Of(Keys.Alice.Span);

    private readonly TestRing _ring = new(12, TestRing.Fast with { OwnerQuotaBytes = 100, AuditPeriod = TimeSpan.FromSeconds(2) });
    private readonly MemoryContent _content = Make.Content("0123456789");
    private readonly ObjectCertificate _certificate;

    public AttackTests() => _certificate = Make.File("a", _content);

    [Fact]
    public void A_tampered_certificate_is_invalid()
    {
        Assert.Equal(FailureCode.Invalid, Refusal(_certificate with { CreatedUnixMilliseconds = 1 }));
        Assert.Equal(FailureCode.Invalid, Refusal(_certificate with { Replicas = 4 }));
        Assert.Equal(FailureCode.Invalid, Refusal(_certificate with { Owner = Keys.Mallory }));
        Assert.Equal(0, _ring.HolderCount(_certificate.File));
        Assert.Equal(0, Used());
    }

    [Fact]
    public void Tampered_content_is_invalid()
    {
        _ring.OnTheWay = p => p.Message is StoreRequest ? p with { Content = Make.Content("0123456780") } : p;
        Assert.Equal(FailureCode.Invalid, Refusal(_certificate));
        Assert.Equal(0, _ring.HolderCount(_certificate.File));
    }

    [Fact]
    public void A_tampered_receipt_counts_for_nothing_and_the_insert_is_not_acknowledged()
    {
        _ring.OnTheWay = p => p.Message is StoreAnswer answer ? p with { Message = answer with { Receipt = answer.Receipt with { ContentHash = default } } } : p;
        Assert.Equal(FailureCode.BadReceipt, Refusal(_certificate));
        _ring.OnTheWay = p => p.Message is StoreAnswer answer ? p with { Message = answer with { Receipt = answer.Receipt with { Signature = answer.Receipt.Signature with { Value = new byte[64] } } } } : p;
        Assert.Equal(FailureCode.BadReceipt, Refusal(_certificate));
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0), (_ring.HolderCount(_certificate.File), Used()));
    }

    [Fact]
    public void A_receipt_of_another_node_in_its_place_counts_for_nothing()
    {
        TestNode liar = _ring.ClosestTo(_certificate.File)[0], other = _ring.ClosestTo(_certificate.File)[1];
        StoreReceipt? stolen = null;
        _ring.OnTheWay = p =>
        {
            if (p.Message is not StoreAnswer answer) return p;
            if (p.From.Id == other.Self.Id) stolen = answer.Receipt;
            return p.From.Id == liar.Self.Id && stolen is not null ? p with { Message = answer with { Receipt = stolen } } : p.From.Id == liar.Self.Id ? null : p;
        };
        TestNode asker = _ring.Nodes.Find(n => !_ring.ClosestTo(_certificate.File)[..3].Contains(n))!;
        Assert.Equal(FailureCode.BadReceipt, _ring.Ask<Failed>(asker, id => new InsertObject(id, Timeout, _certificate, _content, false)).Code);
    }

    [Fact]
    public void A_tampered_chunk_is_never_given_to_a_reader()
    {
        ObjectCertificate chunk = Make.Chunk(_certificate.File, _content);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, chunk, _content, false));
        FileId part = CertificateRules.ObjectOf(chunk);
        TestNode reader = _ring.ClosestTo(part)[^1];
        _ring.OnTheWay = p => p.Message is ObjectAnswer ? p with { Content = Make.Content("0123456780") } : p;
        Assert.Equal(FailureCode.BadContent, _ring.Ask<Failed>(reader, id => new LookupObject(id, Timeout, part)).Code);
    }

    [Fact]
    public void A_reclaim_by_a_stranger_is_forbidden()
    {
        Insert();
        Assert.Equal(FailureCode.Forbidden, _ring.Ask<Failed>(_ring.Nodes[3], id => new ReclaimObject(id, Timeout, _certificate.File, Make.Reclaim(_certificate.File, Keys.Mallory))).Code);
        Assert.Equal(3, _ring.HolderCount(_certificate.File));
        Assert.Equal(30, Used());
    }

    [Fact]
    public void An_insert_beyond_the_quota_is_over_quota()
    {
        for (int i = 0; i < 3; i++) _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, Make.File($"file {i}", _content), _content, false));
        Assert.Equal(FailureCode.OverQuota, Refusal(_certificate));
    }

    [Fact]
    public void A_replayed_insert_takes_no_more_and_brings_nothing_back()
    {
        Insert();
        Assert.Equal(3, _ring.Ask<ObjectInserted>(_ring.Nodes[5], id => new InsertObject(id, Timeout, _certificate, _content, false)).AlreadyHeld);
        Assert.Equal(30, Used());
        _ring.Ask<ObjectReclaimed>(_ring.Nodes[0], id => new ReclaimObject(id, Timeout, _certificate.File, Make.Reclaim(_certificate.File)));
        Assert.Equal(FailureCode.Forbidden, Refusal(_certificate));
        Assert.Equal(0, Used());
        Assert.Equal(0, _ring.HolderCount(_certificate.File));
    }

    [Fact]
    public void A_forged_audit_answer_is_a_failed_audit()
    {
        Insert();
        TestNode liar = _ring.ClosestTo(_certificate.File)[0];
        _ring.OnTheWay = p => p.Message is AuditProof proof && p.From.Id == liar.Self.Id ? p with { Message = proof with { Proof = Hash256.Of([1]) } } : p;
        _ring.RunUntil(() => _ring.Nodes.Exists(n => n.Facts.Exists(f => f.Kind == FactKind.AuditFailed && f.Subject == liar.Self.Id)), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_credit_with_receipts_of_made_up_nodes_is_refused()
    {
        Insert();
        Blob[] invented = [Keys.Of("x"), Keys.Of("y"), Keys.Of("z")];
        ReclaimReceipt[] receipts = [.. invented.Select(k => Signed(new ReclaimReceipt(_certificate.File, k, new BatchSignature(default, 0, default)), k))];
        Assert.Equal(RefusalCode.Forbidden, Credit(receipts));
        Assert.Equal(30, Used());
    }

    [Fact]
    public void A_credit_with_tampered_receipts_is_refused()
    {
        Insert();
        Blob[] holders = [.. _ring.ClosestTo(_certificate.File)[..3].Select(n => n.Key)];
        ReclaimReceipt[] receipts = [.. holders.Select(k => Signed(new ReclaimReceipt(_certificate.File, k, new BatchSignature(default, 0, default)), Keys.Mallory))];
        Assert.Equal(RefusalCode.Forbidden, Credit(receipts));
        Assert.Equal(30, Used());
    }

    [Fact]
    public void An_entry_of_a_ledger_cannot_be_inserted_or_looked_up_as_an_object()
    {
        Assert.Equal(FailureCode.Invalid, Refusal(_certificate with { IsDebit = true }));
        Insert();
        FileId debit = Ledger.DebitOf(Keys.Alice, _certificate.File);
        Assert.IsType<Failed>(_ring.Ask(_ring.Nodes[3], id => new LookupObject(id, Timeout, debit)));
    }

    [Fact]
    public void Only_whoever_stores_an_object_can_release_its_debit()
    {
        Insert();
        foreach (TestNode keeper in _ring.Nodes) _ring.ClosestTo(_certificate.File)[^1].Send(new LedgerRequest(1, LedgerIntent.Release, Alice, Object: _certificate.File), keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(30, Used());
    }

    private void Insert() => _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, _certificate, _content, false));

    private FailureCode Refusal(ObjectCertificate certificate) => _ring.Ask<Failed>(_ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, _content, false)).Code;

    private long Used() => _ring.Ask<LedgerReport>(_ring.Nodes[1], id => new QueryLedger(id, Timeout, Alice)).UsedBytes;

    private static ReclaimReceipt Signed(ReclaimReceipt receipt, Blob signer) => receipt with { Signature = Keys.Sign(signer, CertificateCodec.DigestOf(receipt)) };

    // As a node of the owner's would ask for it.
    private RefusalCode? Credit(ReclaimReceipt[] receipts)
    {
        RefusalCode? refused = null;
        var request = new LedgerRequest(1, LedgerIntent.Credit, Alice, null, _certificate.File, Make.Reclaim(_certificate.File), new(receipts));
        TestNode keeper = _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[0], asker = _ring.Nodes.Find(n => n != keeper)!;
        _ring.OnTheWay = p =>
        {
            if (p.Message is Refused answer && p.To.Id == asker.Self.Id) refused = answer.Code;
            return p;
        };
        asker.Send(request, keeper.Self);
        _ring.RunFor(TimeSpan.FromSeconds(1));
        return refused;
    }
}
