using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>Which part of a node's state is meant.</summary>
public enum StatePart : byte
{
    LeafSet,
    Row,
    Neighbourhood,
}

/// <summary>Ask a node for a part of its state.</summary>
/// <param name="Row">Which row of the routing table; one that is not there is answered as empty.</param>
/// <param name="Tag">Comes back with the answer.</param>
public sealed record StateRequest(StatePart Part, int Row, ulong Tag) : Message
{
    public const byte Number = 10;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, (ulong)Part);
        writer.Number(2, (ulong)Row);
        writer.Number(3, Tag);
    }

    public static Message Read(ref WireReader reader)
    {
        int part = 0;
        int row = 0;
        ulong tag = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: part = reader.Int(); break;
                case 2: row = reader.Int(); break;
                case 3: tag = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        if (part > (int)StatePart.Neighbourhood) throw new WireFormatException("an unknown part of the state");
        return new StateRequest((StatePart)part, row, tag);
    }
}

/// <summary>The part asked for. For a leaf set, <paramref name="Nodes"/> is the left side and <paramref name="More"/> the right, both nearest first.</summary>
/// <param name="Depth">How many rows the routing table has.</param>
public sealed record StateReply(StatePart Part, int Row, ulong Tag, bool Active, int Depth, ValueList<NodeHandle> Nodes, ValueList<NodeHandle> More) : Message
{
    public const byte Number = 11;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, (ulong)Part);
        writer.Number(2, (ulong)Row);
        writer.Number(3, Tag);
        writer.Flag(4, Active);
        writer.Number(5, (ulong)Depth);
        writer.Nodes(6, Nodes.Span);
        writer.Nodes(7, More.Span);
    }

    public static Message Read(ref WireReader reader)
    {
        int part = 0;
        int row = 0;
        ulong tag = 0;
        bool active = false;
        int depth = 0;
        List<NodeHandle> nodes = [];
        List<NodeHandle> more = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: part = reader.Int(); break;
                case 2: row = reader.Int(); break;
                case 3: tag = reader.Number(); break;
                case 4: active = reader.Flag(); break;
                case 5: depth = reader.Int(); break;
                case 6: nodes.Add(reader.Node()); break;
                case 7: more.Add(reader.Node()); break;
                default: reader.Skip(); break;
            }
        }

        if (part > (int)StatePart.Neighbourhood) throw new WireFormatException("an unknown part of the state");
        return new StateReply((StatePart)part, row, tag, active, depth, nodes.ToValueList(), more.ToValueList());
    }
}
