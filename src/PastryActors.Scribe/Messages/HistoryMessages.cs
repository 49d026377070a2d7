using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Messages;

/// <summary>To the topic's root: where is the message of this number, or the next after it? Answered by <see cref="HistoryAnswer"/>.</summary>
public sealed record HistoryRequest(RingId Topic, ulong Nonce, ulong From) : Message
{
    public const byte Number = 89;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Number(3, From);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, ulong from) = (0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: from = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        return new HistoryRequest(Fields.Required(topic), nonce, from);
    }
}

/// <summary>The part of history that has the number, or the messages themselves, or neither: then there is nothing from it up to <paramref name="Last"/>.</summary>
/// <param name="Last">The last number that the root has confirmed.</param>
/// <param name="Segment">Where it lies; null if the root's own log has it.</param>
/// <param name="First">Sequence number of the first item.</param>
/// <param name="Items">The messages, without a gap.</param>
public sealed record HistoryAnswer(RingId Topic, ulong Nonce, ulong Last, SegmentRef? Segment, ulong First, ValueList<TopicItem> Items) : Message
{
    public const byte Number = 90;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Number(3, Last);
        Segment?.Write(writer, 4);
        writer.Number(5, First);
        writer.Items(6, Items, default);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, ulong last, SegmentRef? segment, ulong first) = (0UL, 0UL, null, 0UL);
        var items = new ItemReader(reader.Rest, marked: false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: last = reader.Limited(); break;
                case 4: segment = SegmentRef.Read(reader.Nested()); break;
                case 5: first = reader.Limited(); break;
                case 6: items.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (items.Count > 0) Fields.CheckRun(first, items.Count);
        return new HistoryAnswer(Fields.Required(topic), nonce, last, segment, first, items.Items());
    }
}
