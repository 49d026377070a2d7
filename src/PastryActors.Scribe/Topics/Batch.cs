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
        return Of(First + (ulong)start, ValueList.Create(Items.Span[start..end]), marks);
    }
}
