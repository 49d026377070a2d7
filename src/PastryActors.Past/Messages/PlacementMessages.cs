using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Past.Messages;

/// <summary>Routed: which nodes are closest to the key? Answered by the first node on the way that knows: <see cref="Located"/>.</summary>
/// <param name="Count">How many are wanted, 1 to 64.</param>
public sealed record Locate(long Operation, RingId Key, int Count) : PastMessage(Operation)
{
    public const int CountMax = 64;
    public const byte Number = 32;

    public override byte Kind => Number;

    internal static Locate Read(ref WireReader reader)
    {
        long operation = 0;
        RingId key = default;
        int count = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: key = reader.Id(); break;
                case 3: count = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return new Locate(operation, key, Math.Clamp(count, 1, CountMax));
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Key);
        writer.Number(3, (ulong)Count);
    }
}

/// <summary>The nodes closest to a key, closest first.</summary>
/// <param name="WholeRing">Whether the ring has no further nodes.</param>
public sealed record Located(long Operation, ValueList<NodeHandle> Nodes, bool WholeRing) : PastAnswer(Operation)
{
    public const byte Number = 33;

    public override byte Kind => Number;

    internal static Located Read(ref WireReader reader)
    {
        long operation = 0;
        List<NodeHandle> nodes = [];
        bool whole = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: nodes.AddBounded(reader.Node()); break;
                case 3: whole = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new Located(operation, nodes.ToValueList(), whole);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Nodes(2, Nodes.Span);
        writer.Flag(3, WholeRing);
    }
}

internal static class NodeListReading
{
    /// <summary>Adds a node to a list read from the wire, or refuses a list longer than anyone sends.</summary>
    public static void AddBounded(this List<NodeHandle> nodes, NodeHandle node)
    {
        if (nodes.Count == Locate.CountMax) throw new WireFormatException($"more than {Locate.CountMax} nodes");
        nodes.Add(node);
    }
}
