using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Publishing;

/// <summary>A publish that waits for its number.</summary>
internal sealed class OpenPublish(ulong number, long requestId, Instant deadline, Blob payload)
{
    public ulong Number { get; } = number;

    public long RequestId { get; } = requestId;

    public Instant Deadline { get; } = deadline;

    public Blob Payload { get; } = payload;

    /// <summary>When it was sent to the root that is being used; null if it was not.</summary>
    public Instant? SentAt { get; set; }
}

/// <summary>This node's publishes to one topic: gives them running numbers, decides what goes out when, and what goes out again.</summary>
internal sealed class TopicPublisher(RingId topic, string name, ulong firstNumber)
{
    /// <summary>Below this many unanswered publishes each goes out at once; above, they gather and go together when answers make room.</summary>
    private const int EagerMax = 32;

    private readonly List<OpenPublish> _open = [];

    public RingId Topic { get; } = topic;

    public string Name { get; } = name;

    /// <summary>The number of the next publish.</summary>
    public ulong NextNumber { get; private set; } = firstNumber;

    /// <summary>The root, if it is known.</summary>
    public NodeHandle? Root { get; set; }

    /// <summary>Of the open question who the root is; 0 if none is open.</summary>
    public ulong Nonce { get; set; }

    public Instant AskedAt { get; set; }

    public Instant LastUsed { get; set; }

    public int OpenCount => _open.Count;

    public void Add(long requestId, Instant deadline, Blob payload) => _open.Add(new OpenPublish(NextNumber++, requestId, deadline, payload));

    /// <summary>The next publishes to send together; empty if none may go now.</summary>
    public ValueList<PublishItem> NextToSend(Instant now, int bytesMax)
    {
        if (_open.Count == 0) return default;
        (int sent, int start) = CountSent();
        if (sent > EagerMax) return default;
        ulong limit = _open[0].Number + PublisherMemory.WindowSize;
        var items = new List<PublishItem>();
        int bytes = 0;
        for (int i = start; i < _open.Count && _open[i].Number < limit; i++)
        {
            OpenPublish open = _open[i];
            if (open.SentAt is not null) continue;
            bytes += open.Payload.Length;
            if (items.Count > 0 && bytes > bytesMax) break;
            open.SentAt = now;
            items.Add(new PublishItem(open.Number, open.Payload));
        }

        return items.ToValueList();
    }

    /// <summary>Takes out the publish of that number; null if it is not open any more.</summary>
    public OpenPublish? Take(ulong number)
    {
        int index = _open.FindIndex(o => o.Number == number);
        if (index < 0) return null;
        OpenPublish open = _open[index];
        _open.RemoveAt(index);
        return open;
    }

    /// <summary>Takes out one publish whose time is over; null if there is none.</summary>
    public OpenPublish? TakeExpired(Instant now)
    {
        OpenPublish? expired = _open.Find(o => o.Deadline <= now);
        if (expired is not null) _open.Remove(expired);
        return expired;
    }

    /// <summary>Takes out one publish of whatever age; null if there is none.</summary>
    public OpenPublish? TakeAny() => _open.Count == 0 ? null : Take(_open[0].Number);

    /// <summary>Whether something was sent before <paramref name="before"/> and not answered.</summary>
    public bool HasOverdue(Instant before) => _open.Exists(o => o.SentAt <= before);

    /// <summary>The root is in doubt: everything open goes out again, to whoever it turns out to be.</summary>
    public void Unsend()
    {
        Root = null;
        foreach (OpenPublish open in _open) open.SentAt = null;
    }

    private (int Sent, int FirstUnsent) CountSent()
    {
        (int sent, int first) = (0, _open.Count);
        for (int i = 0; i < _open.Count && i < PublisherMemory.WindowSize; i++)
        {
            if (_open[i].SentAt is not null) sent++;
            else first = Math.Min(first, i);
        }

        return (sent, first);
    }
}
