using PastryActors.Core.Collections;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Topics;

/// <summary>Counts what messages cost to keep, in bytes, as a run of them is put together; also no less than what they cost on the wire.</summary>
internal struct BatchCost
{
    /// <summary>What an item costs beside its payload: the publisher's id, references, its part of the array.</summary>
    private const int ItemOverheadBytes = 80;

    private RunsMet _runs;
    private int _count;

    /// <summary>What was added so far.</summary>
    public int Bytes { get; private set; }

    /// <summary>Adds one message, and the signed run that covers it if no message before has it.</summary>
    public void Add(in TopicItem item)
    {
        Bytes += Of(item.Payload);
        if (item.Run is { } run && _runs.Meet(run, _count) < 0) Bytes += run.CostBytes;
        _count++;
    }

    /// <summary>What a message costs by itself.</summary>
    public static int Of(Blob payload) => ItemOverheadBytes + payload.Length;

    /// <summary>What a message costs with its share of what its signed run costs.</summary>
    public static int Of(Blob payload, SignedRun? run) => Of(payload) + (run is null ? 0 : run.CostBytes / run.Hashes.Count);

    public static int Of(ValueList<TopicItem> items)
    {
        var cost = default(BatchCost);
        foreach (ref readonly TopicItem item in items.Span) cost.Add(item);
        return cost.Bytes;
    }
}
