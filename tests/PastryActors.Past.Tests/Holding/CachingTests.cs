using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

/// <summary>Caching along routes (SOSP 2001, section 4), k = 1, so that only one node has the object itself.</summary>
public sealed class CachingTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly MemoryContent Content = Make.Content("hello");
    private static readonly ObjectCertificate Certificate = Make.File("a", Content, replicas: 1);
    private static readonly FileId Id = Certificate.File;

    private readonly TestRing _ring;
    private readonly List<TestNode> _closest;

    public CachingTests()
    {
        _ring = new TestRing(8, TestRing.Fast with { CachePolicy = CachePolicy.GreedyDualSize, CacheLease = TimeSpan.FromMinutes(1) });
        _closest = _ring.ClosestTo(Id);
        _ring.Ask<ObjectInserted>(_closest[0], r => new InsertObject(r, Timeout, Certificate, Content, false));
    }

    private TestNode Reader => _closest[7];

    [Fact]
    public void Who_asked_once_has_a_copy_and_asks_nobody_again()
    {
        Assert.Equal(_closest[0].Self, Lookup(Reader).Holder);
        long messages = _ring.MessageCount;
        ObjectFound again = Lookup(Reader);
        Assert.Equal((Reader.Self, 0, Content.Hash), (again.Holder, again.Hops, again.Content.Hash));
        Assert.Equal(messages, _ring.MessageCount);
        Assert.Contains(Reader.Facts, f => f.Kind == FactKind.CacheHit);
        Assert.Equal(1, Reader.Past.Status().CacheHits);
    }

    [Fact]
    public void Who_inserts_has_a_copy()
    {
        ObjectCertificate other = Make.File("b", Content, replicas: 1);
        TestNode far = _ring.ClosestTo(other.File)[7];
        _ring.Ask<ObjectInserted>(far, r => new InsertObject(r, Timeout, other, Content, false));
        Assert.Equal(far.Self, _ring.Ask<ObjectFound>(far, r => new LookupObject(r, Timeout, other.File)).Holder);
    }

    [Fact]
    public void A_node_on_the_way_gets_a_copy_and_ends_the_next_lookup()
    {
        TestNode way = _closest[5];
        Pass(way, new LookupRequest(1, Id));
        Send(way, new CacheCopy(0, Certificate, 0), Content);
        Assert.False(Pass(way, new LookupRequest(2, Id)));
        Assert.Contains(way.Facts, f => f.Kind == FactKind.CacheHit);
    }

    [Fact]
    public void The_answering_node_sends_the_copy_to_whom_the_lookup_came_through()
    {
        List<Parcel> copies = [];
        _ring.OnTheWay = p =>
        {
            if (p.Message is CacheCopy) copies.Add(p);
            return p;
        };
        Pass(_closest[0], new LookupRequest(1, Id, _closest[5].Self));
        _ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(_closest[5].Self, Assert.Single(copies).To);
    }

    [Fact]
    public void Nobody_takes_a_copy_of_what_did_not_pass_or_is_false()
    {
        TestNode way = _closest[5];
        Send(way, new CacheCopy(0, Certificate, 0), Content);
        Pass(way, new LookupRequest(1, Id));
        Send(way, new CacheCopy(0, Certificate, 0), Make.Content("other"));
        ObjectCertificate forged = Make.File("a", Content, replicas: 1, signer: Keys.Mallory);
        Send(way, new CacheCopy(0, forged, 0), Content);
        Assert.True(Pass(way, new LookupRequest(2, Id)));
        Assert.Equal(2, way.Facts.Count(f => f.Kind == FactKind.MessageRefused));
    }

    [Fact]
    public void A_reclaimed_file_is_read_from_caches_for_no_longer_than_the_lease()
    {
        Lookup(Reader);
        _ring.Ask<ObjectReclaimed>(_closest[3], r => new ReclaimObject(r, Timeout, Id, Make.Reclaim(Id)));
        Assert.Equal(Reader.Self, Lookup(Reader).Holder);
        _ring.RunFor(TimeSpan.FromMinutes(1));
        var failed = _ring.Ask<Failed>(Reader, r => new LookupObject(r, Timeout, Id));
        Assert.Equal(FailureCode.NotFound, failed.Code);
    }

    [Fact]
    public void Who_reclaims_forgets_his_own_copy_at_once()
    {
        Lookup(Reader);
        _ring.Ask<ObjectReclaimed>(Reader, r => new ReclaimObject(r, Timeout, Id, Make.Reclaim(Id)));
        Assert.Equal(FailureCode.NotFound, _ring.Ask<Failed>(Reader, r => new LookupObject(r, Timeout, Id)).Code);
    }

    [Fact]
    public void The_lease_does_not_grow_on_the_way_from_cache_to_cache()
    {
        Lookup(Reader);
        _ring.RunFor(TimeSpan.FromSeconds(40));
        ObjectAnswer? answer = null;
        _ring.OnTheWay = p =>
        {
            if (p.Message is ObjectAnswer a) answer = a;
            return p;
        };
        Assert.False(Pass(Reader, new LookupRequest(1, Id)));
        Assert.InRange(answer!.AgeMilliseconds, 39_000, 41_000);
    }

    private ObjectFound Lookup(TestNode from) => _ring.Ask<ObjectFound>(from, r => new LookupObject(r, Timeout, Id));

    private void Send(TestNode to, CacheCopy copy, MemoryContent content)
    {
        _ring.Send(_closest[0], copy, to.Self, content);
        _ring.RunFor(TimeSpan.FromMilliseconds(50));
    }

    // A lookup of the sixth node's on its way through a node: whether it goes on.
    private bool Pass(TestNode through, LookupRequest lookup)
    {
        NodeHandle next = _closest[0].Self;
        var routed = new PastryActors.Pastry.Applications.RoutedMessage { Key = Id.Key, Source = _closest[6].Self, Payload = lookup, Hops = 1 };
        return through.Past.Forward(ref routed, ref next);
    }
}
