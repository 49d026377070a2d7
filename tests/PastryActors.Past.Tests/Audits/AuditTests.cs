using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Audits;

/// <summary>SOSP 2001, section 2.2: nodes are challenged at random to show that they have what they signed for.</summary>
public sealed class AuditTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestRing _ring = new(12, TestRing.Fast with { AuditPeriod = TimeSpan.FromSeconds(2) });
    private readonly MemoryContent _content = Make.Content("0123456789");
    private readonly FileId _id;
    private readonly List<TestNode> _closest;

    public AuditTests()
    {
        ObjectCertificate certificate = Make.File("a", _content);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, certificate, _content, false));
        (_id, _closest) = (certificate.File, _ring.ClosestTo(certificate.File));
    }

    [Fact]
    public void Who_has_the_object_passes()
    {
        _ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.True(Count(FactKind.AuditPassed) > 10);
        Assert.Equal(0, Count(FactKind.AuditFailed));
    }

    [Fact]
    public void Every_challenge_has_a_nonce_of_its_own()
    {
        List<Hash256> nonces = [];
        _ring.OnTheWay = p =>
        {
            if (p.Message is AuditChallenge challenge) nonces.Add(challenge.Nonce);
            return p;
        };
        _ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.True(nonces.Count > 10);
        Assert.Equal(nonces.Count, nonces.Distinct().Count());
    }

    [Fact]
    public void Who_answers_without_having_it_is_found_and_a_neighbour_holds_it_instead()
    {
        TestNode liar = _closest[0];
        _ring.OnTheWay = p => p.Message is AuditProof proof && p.From.Id == liar.Self.Id ? p with { Message = proof with { Proof = default } } : p;
        _ring.RunUntil(() => Count(FactKind.StandInFound) > 0, TimeSpan.FromMinutes(1));
        Assert.Contains(_closest[1..3].SelectMany(n => n.Facts), f => f.Kind == FactKind.AuditFailed && f.Subject == liar.Self.Id);
        Assert.Contains(_closest[3..], n => n.Holds(_id));

        // Longer than surplus stays: it is kept because it is needed.
        _ring.RunFor(TimeSpan.FromMinutes(3));
        Assert.Contains(_closest[3..], n => n.Holds(_id));

        // It proves itself again, and the stand-in goes.
        _ring.OnTheWay = p => p;
        _ring.RunFor(TimeSpan.FromMinutes(3));
        Assert.DoesNotContain(_closest[3..], n => n.Holds(_id));
        Assert.Equal(3, _ring.HolderCount(_id));
    }

    [Fact]
    public void A_replica_that_rotted_is_found_and_made_good()
    {
        TestNode rotten = _closest[1];
        rotten.Disk[_id] = rotten.Disk[_id] with { Content = Make.Content("012345678X") };
        _ring.RunUntil(() => rotten.Facts.Exists(f => f.Kind == FactKind.ReplicaDamaged), TimeSpan.FromMinutes(2));
        _ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(_content.Hash, rotten.Disk[_id].Content!.Hash);
        Assert.Equal(0, Count(FactKind.AuditFailed));
    }

    [Fact]
    public void Who_says_that_it_lacks_the_object_is_told_of_it()
    {
        TestNode forgetful = _closest[2];
        forgetful.Disk.Remove(_id);
        _ring.RunUntil(() => forgetful.Holds(_id), TimeSpan.FromMinutes(2));
        Assert.Equal(0, Count(FactKind.AuditFailed));
    }

    [Fact]
    public void Not_the_pointer_but_its_holder_is_audited()
    {
        var ring = new TestRing(12, TestRing.Fast with { AuditPeriod = TimeSpan.FromSeconds(2) }, room: i => i % 2 == 0 ? 200 : 100_000);
        List<FileId> challenged = [];
        ring.OnTheWay = p =>
        {
            if (p.Message is AuditChallenge challenge && ring.Nodes.Find(n => n.Self.Id == p.To.Id)!.StateOf(challenge.Object) == EntryState.Diverted) challenged.Add(challenge.Object);
            return p;
        };
        for (int i = 0; i < 20; i++)
        {
            MemoryContent content = Make.Content(new string('x', 100));
            ObjectCertificate certificate = Make.File($"file {i}", content);
            ring.Ask(ring.Nodes[1], id => new InsertObject(id, Timeout, certificate, content, false));
        }

        ring.RunFor(TimeSpan.FromMinutes(1));
        Assert.NotEmpty(challenged);
        Assert.DoesNotContain(ring.Nodes.SelectMany(n => n.Facts), f => f.Kind == FactKind.AuditFailed);
    }

    private int Count(FactKind kind) => _ring.Nodes.Sum(n => n.Facts.Count(f => f.Kind == kind));
}
