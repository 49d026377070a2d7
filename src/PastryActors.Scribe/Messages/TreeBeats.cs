using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// The signs of life of all topics in which two nodes are parent and child, in one message: a node in a thousand trees has a few dozen
/// neighbours in them. What changes goes at once, in a <see cref="TreeHeartbeat"/> or <see cref="ChildAlive"/> of its own.
/// </summary>
/// <param name="Down">The topics in which the sender is the receiver's parent.</param>
/// <param name="Up">The topics in which the sender is the receiver's child.</param>
/// <param name="HasRoom">Whether the sender has fewer children over all topics than it may have.</param>
public sealed record TreeBeats(ValueList<DownBeat> Down, ValueList<UpBeat> Up, bool HasRoom) : Message
{
    public const byte Number = 91;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        foreach (DownBeat beat in Down)
        {
            int mark = writer.Begin(1);
            writer.Id(1, beat.Topic);
            writer.Number(2, beat.Last);
            writer.Number(3, beat.Standing);
            writer.End(mark);
        }

        foreach (UpBeat beat in Up)
        {
            int mark = writer.Begin(2);
            writer.Id(1, beat.Topic);
            writer.Term(2, beat.Term);
            writer.Number(3, beat.Have);
            writer.Flag(4, beat.Asks);
            writer.Number(5, beat.Reached);
            writer.End(mark);
        }

        writer.Flag(3, HasRoom);
    }

    internal static Message Read(ref WireReader reader)
    {
        var down = new List<DownBeat>();
        var up = new List<UpBeat>();
        bool hasRoom = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: down.Add(ReadDown(ref reader)); break;
                case 2: up.Add(ReadUp(ref reader)); break;
                case 3: hasRoom = reader.Flag(); break;
                default: reader.Skip(); break;
            }

            if (down.Count + up.Count > Fields.BeatsMax) throw new WireFormatException($"signs of life of more than {Fields.BeatsMax} topics");
        }

        return new TreeBeats(down.ToValueList(), up.ToValueList(), hasRoom);
    }

    private static DownBeat ReadDown(ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        RingId? topic = null;
        (ulong last, ulong standing) = (0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: last = reader.Limited(); break;
                case 3: standing = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return new DownBeat(Fields.Required(topic), last, standing);
    }

    private static UpBeat ReadUp(ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        RingId? topic = null;
        (Term term, ulong have, ulong reached, bool asks) = (default(Term), 0UL, 0UL, false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: have = reader.Limited(); break;
                case 4: asks = reader.Flag(); break;
                case 5: reached = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        return new UpBeat(Fields.Required(topic), term, have, reached, asks);
    }
}

/// <summary>The parent lives.</summary>
/// <param name="Last">The last number that the parent passed on.</param>
/// <param name="Standing">Of the parent: <see cref="TreeStanding"/>. A child that knows another one asks for the whole of it.</param>
public readonly record struct DownBeat(RingId Topic, ulong Last, ulong Standing);

/// <summary>The child lives and wants to stay.</summary>
/// <param name="Term">The latest term known in its subtree.</param>
/// <param name="Have">The highest number known in its subtree.</param>
/// <param name="Reached">The number up to which the child itself has everything.</param>
/// <param name="Asks">Whether it wants a whole <see cref="TreeHeartbeat"/>: what the parent is, is not what the child thought.</param>
public readonly record struct UpBeat(RingId Topic, Term Term, ulong Have, ulong Reached, bool Asks);
