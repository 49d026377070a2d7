using PastryActors.Core.Collections;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Topics;

/// <summary>By which a root recognises a publish that it has numbered before: the publisher's start and its running number.</summary>
public readonly record struct PublishMark(uint Incarnation, ulong Number);

/// <summary>A run of messages that travel and are kept together; never empty, never changed.</summary>
/// <param name="First">Sequence number of the first; the others follow without a gap.</param>
/// <param name="Marks">One an item where the numbering is kept (root and its replicas); none elsewhere.</param>
/// <param name="Bytes">What the run costs to keep: payloads, signed runs, and a flat charge an item.</param>
internal readonly record struct Batch(ulong First, ValueList<TopicItem> Items, ValueList<PublishMark> Marks, int Bytes)
{
    /// <summary>Sequence number of the last.</summary>
    public ulong Last => First + (ulong)Items.Count - 1;

    public static Batch Of(ulong first, ValueList<TopicItem> items, ValueList<PublishMark> marks = default) => new(first, items, marks, BatchCost.Of(items));

    /// <summary>The part of the run from <paramref name="from"/> to <paramref name="to"/>, both in it; the run itself if that is all of it.</summary>
    public Batch Slice(ulong from, ulong to)
    {
        if (from <= First && to >= Last) return this;
        int start = from <= First ? 0 : (int)(from - First);
        int end = to >= Last ? Items.Count : (int)(to - First) + 1;
        ValueList<PublishMark> marks = Marks.Count == 0 ? default : ValueList.Create(Marks.Span[start..end]);
        return Of(First + (ulong)start, CopyOf(Items.Span[start..end]), marks);
    }

    /// <summary>The payloads of what came in one message share its array: a part that kept it would keep more memory than it counts.</summary>
    private static ValueList<TopicItem> CopyOf(ReadOnlySpan<TopicItem> items)
    {
        int length = 0;
        foreach (ref readonly TopicItem item in items) length += item.Payload.Length;
        Memory<byte> rest = GC.AllocateUninitializedArray<byte>(length);
        var copies = new TopicItem[items.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            Blob payload = items[i].Payload;
            payload.Memory.CopyTo(rest);
            copies[i] = items[i] with { Payload = new Blob(rest[..payload.Length]) };
            rest = rest[payload.Length..];
        }

        return new ValueList<TopicItem>(copies);
    }
}
