using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Publishing;

/// <summary>The root of one stripe, as a publisher knows it.</summary>
internal sealed class StripeRoot
{
    /// <summary>Null while it is not known.</summary>
    public NodeHandle? Node { get; set; }

    /// <summary>The last block that it said it took.</summary>
    public ulong Taken { get; set; }

    /// <summary>What that was when it was asked last: a root that says the same twice while blocks are withheld from it lost what was underway.</summary>
    public ulong TakenBefore { get; set; }

    /// <summary>Whether it said that the channel is another publisher's.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Where the root is, and how far it has come.</summary>
    public Question Question { get; } = new();

    /// <summary>Whether it is time to ask, for the first time or again.</summary>
    public bool IsDue(Instant now, TimeSpan patience, TimeSpan period)
    {
        if (Question.IsOpen) return !Question.IsAwaited(now, patience);
        return (Node is null && !IsTaken) || now - Question.LastAt >= period;
    }

    /// <summary>Whether a block can be sent to it: it is known, and what is on its way to it is within the window.</summary>
    public bool Takes(ulong block, ulong window) => Node is not null && !IsTaken && block <= Taken + window;
}

/// <summary>A stream that this node publishes: the roots that it sends to, and the blocks that wait.</summary>
internal sealed class ChannelPublisher(OpenStream request, StreamKey key, Instant deadline, long bytesPerSecond)
{
    public OpenStream Request { get; } = request;

    public StreamKey Key { get; } = key;

    /// <summary>Until when the roots must be found.</summary>
    public Instant Deadline { get; } = deadline;

    public long BytesPerSecond { get; } = bytesPerSecond;

    public bool IsOpen { get; set; }

    /// <summary>Whether the last block waits: nothing follows it.</summary>
    public bool IsEnding { get; set; }

    /// <summary>By stripe.</summary>
    public StripeRoot[] Roots { get; } = [.. Enumerable.Range(0, ChannelName.StripeCount).Select(static _ => new StripeRoot())];

    /// <summary>Blocks that wait, with the moment after which each has failed.</summary>
    public Queue<(PublishBlock Block, Instant Deadline)> Waiting { get; } = new();

    /// <summary>The number of the next block.</summary>
    public ulong Next { get; set; } = 1;

    /// <summary>When the pace allows the next block.</summary>
    public Instant MayAt { get; set; }

    public bool IsPaceScheduled { get; set; }

    /// <summary>Whether as many stripes as make a block can take one: without them nobody could put it together.</summary>
    public bool CanSend(ulong window) => Roots.Count(r => r.Takes(Next, window)) >= BlockCode.Needed;
}
