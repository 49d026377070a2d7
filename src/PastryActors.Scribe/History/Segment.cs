using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.History;

/// <summary>The bytes of a part of a topic's history: messages that follow one another, or references to parts.</summary>
/// <param name="Topic">The topicId.</param>
/// <param name="First">Sequence number of the first message.</param>
/// <param name="Items">The messages; none in an index.</param>
/// <param name="Index">The references of an index.</param>
internal sealed record Segment(RingId Topic, ulong First, ValueList<TopicItem> Items, SegmentIndex Index)
{
    private static readonly WireCodec NoMessages = new([]);

    public byte[] Encode()
    {
        var writer = new WireWriter();
        writer.Id(1, Topic);
        writer.Number(2, First);
        writer.Items(3, Items, default);
        Index.Write(writer, 4);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null for anything else.</summary>
    public static Segment? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read(new WireReader(bytes, NoMessages));
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private static Segment Read(WireReader reader)
    {
        RingId? topic = null;
        ulong first = 0;
        var items = new ItemReader(reader.Rest, marked: false);
        List<SegmentRef> index = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: first = reader.Limited(); break;
                case 3: items.Read(ref reader); break;
                case 4: SegmentIndex.Add(index, SegmentRef.Read(reader.Nested())); break;
                default: reader.Skip(); break;
            }
        }

        if (items.Count > 0) Fields.CheckRun(first, items.Count);
        return new Segment(Fields.Required(topic), first, items.Items(), new SegmentIndex(index.ToValueList()));
    }
}
