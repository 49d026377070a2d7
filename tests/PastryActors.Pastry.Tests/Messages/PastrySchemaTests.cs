using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Tests.Wire;
using static PastryActors.Tests.Wire.SchemaValues;
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
            Source = NodeOf(m.Source),
            Hops = (uint)m.Hops,
            Sequence = m.Sequence,
            PayloadKind = m.Payload.Kind,
            Payload = ByteString.CopyFrom(Encode(m.Payload).Span),
        },
        HopAck m => new Schema::HopAck { Sequence = m.Sequence },
        JoinRequest m => new Schema::JoinRequest { Joiner = NodeOf(m.Joiner), Rows = (uint)m.Rows, Nodes = { m.Nodes.Select(NodeOf) } },
        JoinReply m => new Schema::JoinReply { Leafs = { m.Leafs.Select(NodeOf) }, Nodes = { m.Nodes.Select(NodeOf) } },
        JoinRefused => new Schema::JoinRefused(),
        Leave m => new Schema::Leave { Leafs = { m.Leafs.Select(NodeOf) } },
        LeafSetProbe m => new Schema::LeafSetProbe
        {
            Purpose = (Schema::ProbePurpose)m.Purpose,
            Active = m.Active,
            Leafs = { m.Leafs.Select(NodeOf) },
            Failed = { m.Failed.Select(NodeOf) },
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
            Nodes = { m.Nodes.Select(NodeOf) },
            More = { m.More.Select(NodeOf) },
        },
        RouteTrace m => new Schema::RouteTrace { Tag = m.Tag, IsAnswer = m.IsAnswer, Hops = { m.Hops.Select(Hop) } },
        ApplicationMessage m => new Schema::ApplicationMessage { Application = m.Application, Body = Bytes(m.Body) },
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "not in the schema"),
    };

    private static Schema::TracedHop Hop(TracedHop hop) => new() { Node = NodeOf(hop.Node), RoundTripMicros = (uint)hop.RoundTripMicros };
}
