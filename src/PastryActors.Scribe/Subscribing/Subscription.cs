using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Subscribing;

/// <summary>A local subscription: where it stands in the topic, and how much its reader takes before it must say that it has read.</summary>
/// <param name="from">The first number wanted; null for what comes from now on.</param>
/// <param name="window">How many answers may wait to be read; 0 for any number.</param>
internal sealed class Subscription(long requestId, Instant deadline, ulong? from, int window)
{
    private int _unread;

    public long RequestId { get; } = requestId;

    /// <summary>Until when the node must be in the tree, or the subscription fails.</summary>
    public Instant Deadline { get; } = deadline;

    /// <summary>Whether the node is in the tree, and the subscriber was told.</summary>
    public bool Stands { get; private set; }

    /// <summary>A subscription to a prefix stands no sooner, however long the node is in the tree.</summary>
    public Instant StandsFrom { get; set; }

    /// <summary>How many anycasts it still takes.</summary>
    public int AnycastsWanted { get; set; }

    /// <summary>Asked about every anycast; null for a subscription that takes a number of them.</summary>
    public Func<NodeHandle, Blob, bool>? Takes { get; init; }

    /// <summary>The number that the subscriber gets next.</summary>
    public ulong Cursor { get; set; }

    /// <summary>Of the open question where its next message is; 0 if none is open.</summary>
    public ulong Nonce { get; set; }

    public Instant AskedAt { get; set; }

    /// <summary>Whether a part of history is being read for it.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Since when it waits for something older than what is here; null while it goes on.</summary>
    public Instant? StuckSince { get; set; }

    /// <summary>Whether the reader takes more.</summary>
    public bool HasCredit => window == 0 || _unread < window;

    public void Begin(ulong next) => (Stands, Cursor) = (true, from ?? next);

    public void Spend() => _unread++;

    public void Refund(int read) => _unread = Math.Max(0, _unread - Math.Max(0, read));
}
