using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>
/// Routed towards the joiner's own id; every node on the way adds itself and the rows of its routing table that the joiner can use
/// (Middleware 2001, section 2.4). Also sent by a member to find out whether a node it lost sight of lives in another ring.
/// </summary>
/// <param name="Joiner">Who wants to join.</param>
/// <param name="Rows">How many rows of the joiner's table the nodes so far have filled.</param>
/// <param name="Nodes">The nodes on the way and the entries of their rows.</param>
public sealed record JoinRequest(NodeHandle Joiner, int Rows, ValueList<NodeHandle> Nodes) : Message
{
    public const byte Number = 3;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Node(1, Joiner);
        writer.Number(2, (ulong)Rows);
        writer.Nodes(3, Nodes.Span);
    }

    public static Message Read(ref WireReader reader)
    {
        NodeHandle? joiner = null;
        int rows = 0;
        List<NodeHandle> nodes = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: joiner = reader.Node(); break;
                case 2: rows = reader.Int(); break;
                case 3: nodes.Add(reader.Node()); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinRequest(joiner ?? throw new WireFormatException("a join without a joiner"), rows, nodes.ToValueList());
    }
}

/// <summary>The root of the joiner's id answers with its leaf set and with what the route gathered.</summary>
public sealed record JoinReply(ValueList<NodeHandle> Leafs, ValueList<NodeHandle> Nodes) : Message
{
    public const byte Number = 4;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Nodes(1, Leafs.Span);
        writer.Nodes(2, Nodes.Span);
    }

    public static Message Read(ref WireReader reader)
    {
        List<NodeHandle> leafs = [];
        List<NodeHandle> nodes = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: leafs.Add(reader.Node()); break;
                case 2: nodes.Add(reader.Node()); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinReply(leafs.ToValueList(), nodes.ToValueList());
    }
}

/// <summary>The node asked is no member of a ring yet: it is looking for one itself.</summary>
public sealed record JoinRefused : Message
{
    public const byte Number = 5;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
    }

    public static Message Read(ref WireReader reader)
    {
        while (reader.Next()) reader.Skip();
        return new JoinRefused();
    }
}

/// <summary>The sender leaves the ring; its neighbours close the gap among its leaf set.</summary>
public sealed record Leave(ValueList<NodeHandle> Leafs) : Message
{
    public const byte Number = 6;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Nodes(1, Leafs.Span);

    public static Message Read(ref WireReader reader)
    {
        List<NodeHandle> leafs = [];
        while (reader.Next())
        {
            if (reader.Field == 1) leafs.Add(reader.Node());
            else reader.Skip();
        }

        return new Leave(leafs.ToValueList());
    }
}
