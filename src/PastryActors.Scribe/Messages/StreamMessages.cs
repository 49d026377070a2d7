using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>A run of messages on its way down the tree. Every node hands on the very instance that it received.</summary>
/// <param name="Term">The term of the root as the sender knows it.</param>
/// <param name="First">Sequence number of the first; the others follow without a gap.</param>
public sealed record Multicast(RingId Topic, Term Term, ulong First, ValueList<TopicItem> Items) : Message
{
    public const byte Number = 71;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <summary>The number of its last message.</summary>
    internal ulong Last => First + (ulong)Items.Count - 1;

    /// <summary>What the run costs to keep, in bytes; counted once, where the message is made.</summary>
    internal int CostBytes { get; init; } = BatchCost.Of(Items);

    internal static Multicast Of(RingId topic, Term term, in Batch batch) => new(topic, term, batch.First, batch.Items) { CostBytes = batch.Bytes };

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Term(2, Term);
        writer.Number(3, First);
        writer.Items(4, Items, default);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (Term term, ulong first) = (default(Term), 0UL);
        var items = new ItemReader(reader.Rest, marked: false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: first = reader.Limited(); break;
                case 4: items.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (items.Count == 0) throw new WireFormatException("a run of no messages");
        Fields.CheckRun(first, items.Count);
        return new Multicast(Fields.Required(topic), term, first, items.Items());
    }
}

/// <summary>The sender misses the numbers from <paramref name="From"/> to <paramref name="To"/>. Answered by multicasts and, for what is gone, <see cref="ResendMissing"/>.</summary>
public sealed record ResendRequest(RingId Topic, ulong From, ulong To) : Message
{
    public const byte Number = 72;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => TopicRange.Write(writer, Topic, From, To);

    internal static Message Read(ref WireReader reader)
    {
        (RingId topic, ulong from, ulong to) = TopicRange.Read(ref reader);
        return new ResendRequest(topic, from, to);
    }
}

/// <summary>The sender passed these numbers and has them no longer, or never had them.</summary>
public sealed record ResendMissing(RingId Topic, ulong From, ulong To) : Message
{
    public const byte Number = 73;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => TopicRange.Write(writer, Topic, From, To);

    internal static Message Read(ref WireReader reader)
    {
        (RingId topic, ulong from, ulong to) = TopicRange.Read(ref reader);
        return new ResendMissing(topic, from, to);
    }
}

/// <summary>The fields of a message that names a range of a topic's numbers.</summary>
internal static class TopicRange
{
    public static void Write(WireWriter writer, RingId topic, ulong from, ulong to)
    {
        writer.Id(1, topic);
        writer.Number(2, from);
        writer.Number(3, to);
    }

    public static (RingId Topic, ulong From, ulong To) Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong from, ulong to) = (0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: from = reader.Limited(); break;
                case 3: to = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        if (from == 0 || to < from) throw new WireFormatException("a range of numbers that is none");
        return (Fields.Required(topic), from, to);
    }
}
