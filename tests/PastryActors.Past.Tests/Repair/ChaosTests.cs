using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

/// <summary>Whatever is lost on the way and whoever comes and goes: what was acknowledged stays, and ends on exactly its k closest.</summary>
public sealed class ChaosTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_acknowledged_is_lost_and_nothing_reclaimed_comes_back(ulong seed)
    {
        var random = new RandomSource(seed);
        var ring = new TestRing(10, TestRing.Fast with { SurplusDelay = TimeSpan.FromSeconds(6) });
        ring.OnTheWay = p => random.Next(10) == 0 ? null : p;
        Dictionary<FileId, byte[]> acknowledged = [];
        HashSet<FileId> reclaimed = [];
        for (int step = 0; step < 40; step++)
        {
            Insert(ring, random, step, acknowledged);
            if (step % 5 == 4) Reclaim(ring, random, acknowledged, reclaimed);
            if (step % 4 == 3) ComeOrGo(ring, random);
        }

        ring.OnTheWay = p => p;
        foreach (TestNode node in ring.Nodes.Where(n => !n.IsAlive)) node.Start();
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(90));
        Assert.True(acknowledged.Count > 15);
        foreach ((FileId id, byte[] bytes) in acknowledged)
        {
            Assert.Equal(ring.ClosestTo(id).Take(3), ring.Living.Where(n => n.Holds(id)).OrderBy(n => id.Key.DistanceTo(n.Self.Id)));
            Assert.Equal(Hash256.Of(bytes), ring.Ask<ObjectFound>(ring.Nodes[0], r => new LookupObject(r, Timeout, id)).Content.Hash);
        }

        Assert.All(reclaimed, id => Assert.Equal(0, ring.HolderCount(id)));
        Assert.All(ring.Nodes, n => Assert.Equal((0, 0), (n.Past.Status().OpenRequests, n.Past.Status().Admissions)));
    }

    private static void Insert(TestRing ring, RandomSource random, int step, Dictionary<FileId, byte[]> acknowledged)
    {
        var content = Make.Content($"content {step}");
        ObjectCertificate certificate = Make.File($"file {step}", content);
        Reply reply = ring.Ask(AnyOf(ring, random), id => new InsertObject(id, Timeout, certificate, content, random.Next(2) == 0));
        if (reply is ObjectInserted) acknowledged.Add(certificate.File, content.Bytes.ToArray());
    }

    private static void Reclaim(TestRing ring, RandomSource random, Dictionary<FileId, byte[]> acknowledged, HashSet<FileId> reclaimed)
    {
        FileId id = acknowledged.Keys.ElementAt(random.Next(acknowledged.Count));
        acknowledged.Remove(id);
        if (ring.Ask(AnyOf(ring, random), r => new ReclaimObject(r, Timeout, id, Make.Reclaim(id))) is ObjectReclaimed) reclaimed.Add(id);
    }

    // One or two at once: fewer than k.
    private static void ComeOrGo(TestRing ring, RandomSource random)
    {
        List<TestNode> living = [.. ring.Living];
        if (random.Next(3) == 0) ring.Add();
        else if (living.Count > 7) ring.Kill([.. living.Take(1 + random.Next(2))]);
        if (random.Next(3) == 0 && ring.Nodes.Find(n => !n.IsAlive) is { } absent) absent.Start();
        ring.MeetAll();
        ring.RunFor(TimeSpan.FromSeconds(12));
    }

    private static TestNode AnyOf(TestRing ring, RandomSource random)
    {
        List<TestNode> living = [.. ring.Living];
        return living[random.Next(living.Count)];
    }
}
