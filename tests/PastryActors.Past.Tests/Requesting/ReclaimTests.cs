using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Requesting;

public sealed class ReclaimTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestRing _ring = new(12);
    private readonly ObjectCertificate _certificate;
    private readonly List<TestNode> _closest;

    public ReclaimTests()
    {
        var content = Make.Content("hello");
        _certificate = Make.File("a", content);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, _certificate, content, false));
        _closest = _ring.ClosestTo(_certificate.File);
    }

    private FileId Id => _certificate.File;

    [Fact]
    public void The_owner_releases_every_replica()
    {
        var reclaimed = _ring.Ask<ObjectReclaimed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id)));
        Assert.Equal((3, 15L), (reclaimed.Released, reclaimed.BytesReleased));
        Assert.Equal(0, _ring.HolderCount(Id));
        Assert.Equal(3, _ring.Nodes.Count(n => n.HasTombstone(Id)));
        Assert.Equal(FailureCode.NotFound, _ring.Ask<Failed>(_closest[11], id => new LookupObject(id, Timeout, Id)).Code);
        Assert.Equal(FailureCode.NotFound, _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id))).Code);
    }

    [Fact]
    public void A_stranger_may_not()
    {
        var failed = _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id, Keys.Mallory)));
        Assert.Equal(FailureCode.Forbidden, failed.Code);
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void A_stranger_in_the_owners_name_may_not()
    {
        var failed = _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id, signer: Keys.Mallory)));
        Assert.Equal(FailureCode.Forbidden, failed.Code);
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void One_files_certificate_does_not_reclaim_another_file()
    {
        FileId other = Make.File("other", Make.Content("x")).File;
        var failed = _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(other)));
        Assert.Equal(FailureCode.Forbidden, failed.Code);
    }

    [Fact]
    public void A_files_certificate_reclaims_its_chunks()
    {
        var content = Make.Content("chunk");
        ObjectCertificate chunk = Make.Chunk(Id, content);
        FileId part = CertificateRules.ObjectOf(chunk);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, chunk, content, false));
        Assert.Equal(3, _ring.Ask<ObjectReclaimed>(_ring.Nodes[3], id => new ReclaimObject(id, Timeout, part, Make.Reclaim(Id))).Released);
        Assert.Equal(0, _ring.HolderCount(part));
        Assert.Equal(3, _ring.HolderCount(Id));
    }

    [Fact]
    public void What_nobody_holds_is_not_found()
    {
        FileId nowhere = Make.File("nowhere", Make.Content("x")).File;
        var failed = _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, nowhere, Make.Reclaim(nowhere)));
        Assert.Equal(FailureCode.NotFound, failed.Code);
    }

    [Fact]
    public void What_was_reclaimed_cannot_be_inserted_under_the_same_id()
    {
        _ring.Ask<ObjectReclaimed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id)));
        var failed = _ring.Ask<Failed>(_closest[11], id => new InsertObject(id, Timeout, _certificate, Make.Content("hello"), false));
        Assert.Equal(FailureCode.Forbidden, failed.Code);
    }

    [Fact]
    public void A_holder_that_was_down_does_not_bring_it_back()
    {
        TestNode absent = _closest[0];
        _ring.Kill(absent);
        _ring.RunFor(TimeSpan.FromSeconds(10));
        _ring.Ask<ObjectReclaimed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id)));
        _ring.Restart(absent);
        Assert.True(absent.Holds(Id));
        _ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _ring.HolderCount(Id));
        Assert.True(absent.HasTombstone(Id));
    }

    [Fact]
    public void Silent_nodes_without_any_answer_are_unreachable()
    {
        _ring.OnTheWay = p => p.Message is ReclaimRequest ? null : p;
        var failed = _ring.Ask<Failed>(_closest[11], id => new ReclaimObject(id, Timeout, Id, Make.Reclaim(Id)));
        Assert.Equal(FailureCode.Unreachable, failed.Code);
    }

    [Fact]
    public void A_forged_tombstone_is_not_believed()
    {
        TestNode victim = _closest[0], liar = _closest[1];
        var forged = new Tombstone(_certificate, Make.Reclaim(Id, signer: Keys.Mallory));
        _ring.OnTheWay = p => p.Message is ObjectAnswer answer && p.From.Id == liar.Self.Id ? p with { Message = new TombstoneAnswer(answer.Operation, forged), Content = null } : p;
        victim.Past.Deliver(new Pastry.Applications.RoutedMessage
        {
            Key = victim.Self.Id,
            Source = liar.Self,
            Payload = new SyncTell(0, SyncEntry.Pack([new SyncEntry(Id, true, 3, 0)]), false),
            Direct = true,
        });
        _ring.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(victim.Holds(Id));
        Assert.False(victim.HasTombstone(Id));
    }
}
