using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Messages;

/// <summary>Writes and reads what several messages have in common, and refuses what no honest node sends.</summary>
internal static class Fields
{
    /// <summary>Longest path to a root. A longer one is a loop or a lie.</summary>
    public const int PathMax = 64;

    /// <summary>Nodes that one who declines names at most: all children that could forward, of a node with the usual offer.</summary>
    public const int CandidatesMax = 32;

    public static RingId Required(RingId? id) => id ?? throw new WireFormatException("a message without its stripe");

    public static NodeHandle Required(NodeHandle? node) => node ?? throw new WireFormatException("a message without its node");

    public static void Key(this WireWriter writer, int field, StreamKey key)
    {
        int mark = writer.Begin(field);
        writer.Number(1, key.Epoch);
        writer.Id(2, key.Publisher);
        writer.End(mark);
    }

    public static StreamKey Key(this ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        ulong epoch = 0;
        RingId publisher = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: epoch = reader.Limited(); break;
                case 2: publisher = reader.Id(); break;
                default: reader.Skip(); break;
            }
        }

        return new StreamKey(epoch, publisher);
    }

    public static void Position(this WireWriter writer, int field, StreamPosition position)
    {
        int mark = writer.Begin(field);
        writer.Key(1, position.Key);
        writer.Number(2, position.Last);
        writer.Flag(3, position.Ended);
        writer.End(mark);
    }

    public static StreamPosition Position(this ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        (StreamKey key, ulong last, bool ended) = (default(StreamKey), 0UL, false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.Key(); break;
                case 2: last = reader.Limited(); break;
                case 3: ended = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new StreamPosition(key, last, ended);
    }

    /// <summary>Reads one more node of a path.</summary>
    public static void PathNode(this ref WireReader reader, List<RingId> path)
    {
        if (path.Count == PathMax) throw new WireFormatException($"a path of more than {PathMax} nodes");
        path.Add(reader.Id());
    }
}
