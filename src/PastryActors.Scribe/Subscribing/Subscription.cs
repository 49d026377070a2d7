using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Subscribing;

/// <summary>A local subscription: where it stands in the topic, and how much its reader takes before it must say that it has read.</summary>
/// <param name="from">The first number wanted; null for what comes from now on.</param>
/// <param name="window">How many answers may wait to be read; 0 for any number.</param>
/// <param name="publishersMax">Of how many publishers it is remembered what was given.</param>
internal sealed class Subscription(long requestId, Instant deadline, ulong? from, int window, int publishersMax)
{
    private int _unread;
    private int _steps;
    private Instant? _paceAt;

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

    /// <summary>Where its next message is.</summary>
    public Question Question { get; } = new();

    /// <summary>Until when it asks nothing, since what it was told to read could not be read.</summary>
    public Instant RestsUntil { get; set; }

    /// <summary>Whether a part of history is being read for it.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Since when it waits for something older than what is here; null while it goes on.</summary>
    public Instant? StuckSince { get; set; }

    /// <summary>Whether signatures of what it gets next are being checked.</summary>
    public bool IsInspected { get; set; }

    /// <summary>A number that was not as its publisher signed it when it came down the tree: the root is asked for it. 0 for none.</summary>
    public ulong SuspectAt { get; set; }

    /// <summary>What it was given, where messages are signed.</summary>
    public SeenPublishes Seen { get; } = new(publishersMax);

    /// <summary>Whether the reader takes more.</summary>
    public bool HasCredit => window == 0 || _unread < window;

    /// <summary>Whether more may be handed to it now.</summary>
    public bool MayTake => HasCredit && !IsInspected;

    public void Begin(ulong next) => (Stands, Cursor) = (true, from ?? next);

    /// <summary>It lacks nothing of what came before this moment.</summary>
    public void CaughtUp(Instant now) => (_paceAt, _steps) = (now, 0);

    /// <summary>
    /// Whether it takes what comes: since it lacked nothing there was no time as long as a node's patience in which it was not given a quarter of its window. One that reads the past does not.
    /// </summary>
    public bool KeepsPace(Instant now) => _paceAt is { } at && now - at < FlowKeeper.Patience;

    /// <summary>It was given something, and goes on behind it.</summary>
    public void Gave(ulong next, Instant now)
    {
        (Cursor, StuckSince) = (next, null);
        _unread++;
        if (!KeepsPace(now)) _paceAt = null;
        else if (++_steps >= window / 4) (_paceAt, _steps) = (now, 0);
    }

    public void Refund(int read) => _unread = Math.Max(0, _unread - Math.Max(0, read));
}
