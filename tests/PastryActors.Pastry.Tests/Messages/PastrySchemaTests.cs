using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Tests.Wire;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Pastry.Tests.Messages;

/// <summary>The overlay's messages are what docs/wire/pastry.proto says.</summary>
public sealed class PastrySchemaTests : SchemaContract
{
    protected override FileDescriptor Schema => Schema::PastryReflection.Descriptor;

    protected override IReadOnlyList<MessageKind> Kinds => PastryWire.Kinds;

    protected override WireCodec Codec { get; } = new(PastryWire.Kinds);

    protected override Message Sample(byte kind, RandomSource random) => MessageSamples.Of(kind, random);

    protected override IMessage Translate(Message message) => message switch
    {
        Routed m => new Schema::Routed
        {
            Key = Bytes(m.Key),
            Source = Node(m.Source),
            Hops = (uint)m.Hops,
            Sequence = m.Sequence,
            PayloadKind = m.Payload.Kind,
            Payload = ByteString.CopyFrom(Encode(m.Payload).Span),
        },
        HopAck m => new Schema::HopAck { Sequence = m.Sequence },
        JoinRequest m => new Schema::JoinRequest { Joiner = Node(m.Joiner), Rows = (uint)m.Rows, Nodes = { m.Nodes.Select(Node) } },
        JoinReply m => new Schema::JoinReply { Leafs = { m.Leafs.Select(Node) }, Nodes = { m.Nodes.Select(Node) } },
        JoinRefused => new Schema::JoinRefused(),
        Leave m => new Schema::Leave { Leafs = { m.Leafs.Select(Node) } },
        LeafSetProbe m => new Schema::LeafSetProbe
        {
            Purpose = (Schema::ProbePurpose)m.Purpose,
            Active = m.Active,
            Leafs = { m.Leafs.Select(Node) },
            Failed = { m.Failed.Select(Node) },
        },
        Heartbeat => new Schema::Heartbeat(),
        DistanceProbe m => new Schema::DistanceProbe { Sequence = m.Sequence, IsAnswer = m.IsAnswer, Question = m.Question, BelowMicros = m.BelowMicros },
        StateRequest m => new Schema::StateRequest { Part = (Schema::StatePart)m.Part, Row = (uint)m.Row, Tag = m.Tag },
        StateReply m => new Schema::StateReply
        {
            Part = (Schema::StatePart)m.Part,
            Row = (uint)m.Row,
            Tag = m.Tag,
            Active = m.Active,
            Depth = (uint)m.Depth,
            Nodes = { m.Nodes.Select(Node) },
            More = { m.More.Select(Node) },
        },
        RouteTrace m => new Schema::RouteTrace { Tag = m.Tag, IsAnswer = m.IsAnswer, Hops = { m.Hops.Select(Hop) } },
        ApplicationMessage m => new Schema::ApplicationMessage { Application = m.Application, Body = ByteString.CopyFrom(m.Body.Span) },
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "not in the schema"),
    };

    private static Schema::Node Node(NodeHandle node) => new() { Id = Bytes(node.Id), Address = node.Address, Incarnation = node.Incarnation };

    private static Schema::TracedHop Hop(TracedHop hop) => new() { Node = Node(hop.Node), RoundTripMicros = (uint)hop.RoundTripMicros };

    private static ByteString Bytes(RingId id)
    {
        byte[] bytes = new byte[RingId.SizeBytes];
        id.WriteTo(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
