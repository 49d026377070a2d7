using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Root;

/// <summary>
/// What came to a root before something that its publisher published earlier: that was refused for want of room, is on the slower lane, or was lost. It waits until
/// that has come, bounded in count and bytes; what waits for too long is dropped, and comes again.
/// </summary>
internal sealed class EarlyPublishes
{
    private const int CountMax = 256;

    /// <summary>What several publishers that are as fast as may be have under way.</summary>
    private const long BytesMax = 4 << 20;

    private readonly List<(NodeHandle From, PublishItems Items, Instant Since, long Bytes)> _waiting = [];
    private long _bytes;

    public bool IsEmpty => _waiting.Count == 0;

    public IEnumerable<NodeHandle> Publishers => _waiting.Select(static w => w.From);

    /// <summary>False if there is no room.</summary>
    public bool TryKeep(NodeHandle from, PublishItems items, Instant now)
    {
        long bytes = items.CostBytes;
        if (_waiting.Count >= CountMax || _bytes + bytes > BytesMax) return false;
        _waiting.Add((from, items, now, bytes));
        _bytes += bytes;
        return true;
    }

    /// <summary>Takes out something of a publisher's whose turn has come; null if there is none.</summary>
    public PublishItems? Take(NodeHandle from, Func<PublishItems, bool> hasItsTurn)
    {
        int index = _waiting.FindIndex(w => w.From.Id == from.Id && w.From.Incarnation == from.Incarnation && hasItsTurn(w.Items));
        return index < 0 ? null : RemoveAt(index);
    }

    /// <summary>Forgets what a publisher sends again: all from that number on.</summary>
    public void Drop(NodeHandle from, ulong number)
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].From.Id == from.Id && _waiting[i].Items.Items[0].Number >= number) RemoveAt(i);
        }
    }

    public void DropBefore(Instant before)
    {
        // In the order in which they came.
        while (_waiting.Count > 0 && _waiting[0].Since < before) RemoveAt(0);
    }

    private PublishItems RemoveAt(int index)
    {
        (_, PublishItems items, _, long bytes) = _waiting[index];
        _waiting.RemoveAt(index);
        _bytes -= bytes;
        return items;
    }
}
