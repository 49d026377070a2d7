using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Requests;

namespace PastryActors.Pastry.Messages;

/// <summary>Routed to a key to learn the way there: every node adds the next hop. The root sends it back as the answer.</summary>
public sealed record RouteTrace(ulong Tag, bool IsAnswer, ValueList<TracedHop> Hops) : Message
{
    public const byte Number = 12;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, Tag);
        writer.Flag(2, IsAnswer);
        foreach (TracedHop hop in Hops)
        {
            int mark = writer.Begin(3);
            writer.Node(1, hop.Node);
            writer.Number(2, (ulong)hop.RoundTripMicros);
            writer.End(mark);
        }
    }

    public static Message Read(ref WireReader reader)
    {
        ulong tag = 0;
        bool isAnswer = false;
        List<TracedHop> hops = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: tag = reader.Number(); break;
                case 2: isAnswer = reader.Flag(); break;
                case 3: hops.Add(ReadHop(reader.Nested())); break;
                default: reader.Skip(); break;
            }
        }

        return new RouteTrace(tag, isAnswer, hops.ToValueList());
    }

    private static TracedHop ReadHop(WireReader reader)
    {
        NodeHandle? node = null;
        long roundTrip = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: node = reader.Node(); break;
                case 2: roundTrip = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return new TracedHop(node ?? throw new WireFormatException("a hop without a node"), roundTrip);
    }
}
