using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Node;

/// <summary>One component's way out: what it schedules and asks of workers carries its number, so that the results find it again.</summary>
internal sealed class ComponentPort(NodeContext node, Router router, FormerNeighbours former, byte owner) : IPastryHost
{
    /// <summary>Bits of a work id that name the component.</summary>
    public const int OwnerBits = 4;

    private long _works;

    public NodeHandle Self => node.Self;

    public Instant Now => node.Now;

    public RandomSource Random => node.Random;

    public bool IsActive => node.IsActive;

    public LeafSetView Leafs => new(node.Leafs, node.Self);

    public IReadOnlyList<NodeHandle> Awaited => former.Awaited(node.Now);

    /// <summary>Which component a piece of work belongs to.</summary>
    public static int OwnerOf(long workId) => (int)(workId & ((1 << OwnerBits) - 1));

    public void Route(Message message, RingId key) => router.Route(message, key);

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => node.Send(to, message, lane, content);

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) =>
        node.Outbox.Schedule(new NodeTimer(owner, kind, argument, subject), delay);

    public long NextWorkId() => (++_works << OwnerBits) | owner;

    public void Do(Work work) => node.Outbox.Do(work);

    public void Reply(Reply reply) => node.Outbox.Reply(reply);

    public void Report(Fact fact) => node.Outbox.Report(fact);

    public IEnumerable<NodeHandle> NextHops(RingId key) => router.Admissible(key);

    public TimeSpan? RoundTrip(NodeHandle peer) => node.RoundTrip(peer.Id);
}
