using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Scribe.Prefixes;

/// <summary>The host as Scribe's keepers see it: answers to the parts of a publish go back to who parted it, all else to the real host.</summary>
internal sealed class PartsHost(IPastryHost host, Func<Reply, bool> take) : IPastryHost
{
    public NodeHandle Self => host.Self;

    public Instant Now => host.Now;

    public RandomSource Random => host.Random;

    public bool IsActive => host.IsActive;

    public LeafSetView Leafs => host.Leafs;

    public IReadOnlyList<NodeHandle> Awaited => host.Awaited;

    public void Route(Message message, RingId key) => host.Route(message, key);

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => host.Send(message, to, lane, content);

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) => host.Schedule(kind, delay, argument, subject);

    public long NextWorkId() => host.NextWorkId();

    public void Do(Work work) => host.Do(work);

    public void Reply(Reply reply)
    {
        if (reply.RequestId >= 0 || !take(reply)) host.Reply(reply);
    }

    public void Report(Fact fact) => host.Report(fact);

    public IEnumerable<NodeHandle> NextHops(RingId key) => host.NextHops(key);

    public TimeSpan? RoundTrip(NodeHandle peer) => host.RoundTrip(peer);
}
