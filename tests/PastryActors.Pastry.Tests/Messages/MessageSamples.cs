using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;

namespace PastryActors.Pastry.Tests.Messages;

/// <summary>Messages of the overlay drawn at random. Every field is at its least and at its greatest often enough to be seen so.</summary>
internal static class MessageSamples
{
    public static Message Of(byte kind, RandomSource random) => kind switch
    {
        Routed.Number => new Routed(Id(random), Node(random), Int(random), Number(random), Of(PayloadKind(random), random)),
        HopAck.Number => new HopAck(Number(random)),
        JoinRequest.Number => new JoinRequest(Node(random), Int(random), Nodes(random)),
        JoinReply.Number => new JoinReply(Nodes(random), Nodes(random)),
        JoinRefused.Number => new JoinRefused(),
        Leave.Number => new Leave(Nodes(random)),
        LeafSetProbe.Number => new LeafSetProbe((ProbePurpose)random.Next(3), Flag(random), Nodes(random), Nodes(random)),
        Heartbeat.Number => new Heartbeat(),
        DistanceProbe.Number => new DistanceProbe(Number(random), Flag(random), Number(random), (uint)Number(random)),
        StateRequest.Number => new StateRequest((StatePart)random.Next(3), Int(random), Number(random)),
        StateReply.Number => new StateReply((StatePart)random.Next(3), Int(random), Number(random), Flag(random), Int(random), Nodes(random), Nodes(random)),
        RouteTrace.Number => new RouteTrace(Number(random), Flag(random), Hops(random)),
        ApplicationMessage.Number => new ApplicationMessage((uint)Number(random), Body(random)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no sample of this kind"),
    };

    private static byte PayloadKind(RandomSource random)
    {
        MessageKind[] kinds = [.. PastryWire.Kinds.Where(k => k.Number != Routed.Number)];
        return kinds[random.Next(kinds.Length)].Number;
    }

    private static bool Flag(RandomSource random) => random.Next(2) == 0;

    private static ulong Number(RandomSource random) => random.Next(4) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => (ulong)random.Next(1000),
        _ => random.NextUInt64(),
    };

    private static int Int(RandomSource random) => random.Next(3) switch
    {
        0 => 0,
        1 => int.MaxValue,
        _ => random.Next(1000),
    };

    private static RingId Id(RandomSource random) => random.Next(8) == 0 ? default : random.NextRingId();

    private static NodeHandle Node(RandomSource random)
    {
        string address = random.Next(4) == 0 ? "" : $"höst-{random.Next(1000)}:{random.Next(65536)}";
        return new NodeHandle(Id(random), address, (uint)Number(random));
    }

    private static ValueList<NodeHandle> Nodes(RandomSource random) => Enumerable.Range(0, random.Next(10)).Select(_ => Node(random)).ToValueList();

    private static ValueList<TracedHop> Hops(RandomSource random) =>
        Enumerable.Range(0, random.Next(5)).Select(_ => new TracedHop(Node(random), Int(random))).ToValueList();

    private static Blob Body(RandomSource random)
    {
        byte[] body = new byte[random.Next(300)];
        for (int i = 0; i < body.Length; i++) body[i] = (byte)random.Next(256);
        return body;
    }
}
