using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Tests.Wire;

namespace PastryActors.Pastry.Tests.Messages;

/// <summary>Messages of the overlay drawn at random.</summary>
internal static class MessageSamples
{
    public static Message Of(byte kind, RandomSource random) => kind switch
    {
        Routed.Number => new Routed(random.Id(), random.Node(), random.Int(), random.Number(), Of(PayloadKind(random), random)),
        HopAck.Number => new HopAck(random.Number()),
        JoinRequest.Number => new JoinRequest(random.Node(), random.Int(), Nodes(random)),
        JoinReply.Number => new JoinReply(Nodes(random), Nodes(random)),
        JoinRefused.Number => new JoinRefused(),
        Leave.Number => new Leave(Nodes(random)),
        LeafSetProbe.Number => new LeafSetProbe((ProbePurpose)random.Next(3), random.Flag(), Nodes(random), Nodes(random)),
        Heartbeat.Number => new Heartbeat(),
        DistanceProbe.Number => new DistanceProbe(random.Number(), random.Flag(), random.Number(), (uint)random.Number()),
        StateRequest.Number => new StateRequest((StatePart)random.Next(3), random.Int(), random.Number()),
        StateReply.Number =>
            new StateReply((StatePart)random.Next(3), random.Int(), random.Number(), random.Flag(), random.Int(), Nodes(random), Nodes(random)),
        RouteTrace.Number => new RouteTrace(random.Number(), random.Flag(), Hops(random)),
        ApplicationMessage.Number => new ApplicationMessage((uint)random.Number(), random.Body()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no sample of this kind"),
    };

    private static byte PayloadKind(RandomSource random)
    {
        MessageKind[] kinds = [.. PastryWire.Kinds.Where(k => k.Number != Routed.Number)];
        return kinds[random.Next(kinds.Length)].Number;
    }

    private static ValueList<NodeHandle> Nodes(RandomSource random) => random.ListUpTo(9, SampleValues.Node);

    private static ValueList<TracedHop> Hops(RandomSource random) => random.ListUpTo(4, r => new TracedHop(r.Node(), r.Int()));
}
