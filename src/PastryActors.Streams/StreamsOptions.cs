using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;

namespace PastryActors.Streams;

/// <summary>Parameters of streams: what a node offers and wants, the pace of its trees, and the bounds of everything that it keeps.</summary>
public sealed record StreamsOptions
{
    /// <summary>
    /// How many children a node serves in all, over every stripe of every channel (SplitStream's forwarding capacity): it never serves more. A
    /// channel costs a receiver 16 children somewhere, so a ring in which the mean is below that cannot give everybody everything; half as
    /// much again leaves the room in which trees find their shape. 0 for a node that only takes.
    /// </summary>
    public int Offer { get; init; } = 24;

    /// <summary>How many stripes of a channel a watching node takes (SplitStream's desired indegree), 14 to 16. 14 are enough to read it, and leave nothing to lose.</summary>
    public int Want { get; init; } = ChannelName.StripeCount;

    /// <summary>How many channels a node takes part in: those watched or published here, and those of which it is the root of a stripe.</summary>
    public int MaxChannels { get; init; } = 256;

    /// <summary>How often a parent tells a child, and a child its parent, that it lives. Pieces of the stream count as well.</summary>
    public TimeSpan BeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many beats in a row may be missing before a parent or child is taken for gone.</summary>
    public int BeatMisses { get; init; } = 2;

    /// <summary>How long a node that was asked to be a parent has to answer before the next is asked.</summary>
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many nodes one search for a parent asks at most before it turns to the group of those who have capacity to spare. More than interior nodes of a tree of thousands.</summary>
    public int SearchVisitsMax { get; init; } = 96;

    /// <summary>How long a search for a parent that found none rests, twice as long after each further one, up to sixteen times.</summary>
    public TimeSpan SearchPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a node whose parent only had capacity to spare looks for one that the stripe belongs to, twice as seldom after each time in vain, up to sixteen times.</summary>
    public TimeSpan ImprovePeriod { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many bytes of one stripe may be on their way to one child; what comes beyond is not sent to it. Must be well below what the engine queues for a peer.</summary>
    public int ChildWindowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// How many blocks after the next one to be delivered are put together at once; as many pieces of a stripe are kept for those who missed them.
    /// Beyond them a block that is not whole is given up: the largest blocks at the usual rate fill it in three and a half seconds, smaller ones sooner.
    /// </summary>
    public int WindowBlocks { get; init; } = 256;

    /// <summary>
    /// How long a block may be late before it is given up and told as a gap; so long parents keep what a child may have missed. Twice what a
    /// child takes to notice a silent parent, so that it can find another and be sent what it missed; longer loses less, and delivers later.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest block, in bytes; 14 pieces of at most 64 KiB.</summary>
    public int BlockBytesMax { get; init; } = 14 * 4096;

    /// <summary>How many blocks wait at their publisher; a further one fails as busy.</summary>
    public int PublishQueueBlocks { get; init; } = 32;

    /// <summary>How fast a publisher sends at most, in bytes of content a second, unless its request says less.</summary>
    public long PublishBytesPerSecond { get; init; } = 4 << 20;

    /// <summary>After how long without a sign of its publisher a channel may be published by another.</summary>
    public TimeSpan PublisherLifetime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the root of a stripe remembers a channel that nobody uses.</summary>
    public TimeSpan ChannelLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many watches of local applications are open at once, over all channels.</summary>
    public int MaxWatches { get; init; } = 256;

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem() => ProblemOfTimes() ?? ProblemOfBounds();

    private string? ProblemOfTimes()
    {
        if (BeatPeriod < TimeSpan.FromMilliseconds(100)) return $"the beat period of streams must be at least 100 ms, not {BeatPeriod}";
        if (BeatMisses < 1) return $"beat misses must be at least 1, not {BeatMisses}";
        if (AskTimeout <= TimeSpan.Zero || SearchPause <= TimeSpan.Zero || ImprovePeriod <= TimeSpan.Zero) return "the times of a search for a parent must be positive";
        if (Patience <= TimeSpan.Zero) return $"the patience with a late block must be positive, not {Patience}";
        if (PublisherLifetime <= BeatPeriod || ChannelLifetime <= BeatPeriod) return "publishers and channels must outlive a beat period";
        return null;
    }

    private string? ProblemOfBounds()
    {
        if (Offer is < 0 or > 1024) return $"a node offers 0 to 1024 children, not {Offer}";
        if (Want is < BlockCode.Needed or > ChannelName.StripeCount) return $"a node wants {BlockCode.Needed} to {ChannelName.StripeCount} stripes, not {Want}";
        if (MaxChannels < 1 || MaxWatches < 1) return "max channels and max watches must be at least 1";
        if (SearchVisitsMax < 1) return "a search must visit at least one node";
        if (WindowBlocks is < 2 or > 4096) return $"the window of blocks must be 2 to 4096, not {WindowBlocks}";
        if (BlockBytesMax is < 1 or > BlockCode.BlockBytesLimit) return $"a block must be 1 to {BlockCode.BlockBytesLimit} bytes, not {BlockBytesMax}";
        if (ChildWindowBytes < BlockCode.PieceBytesOf(BlockBytesMax)) return "the window of a child must hold a piece of the largest block";
        if (PublishQueueBlocks < 1 || PublishBytesPerSecond < 1) return "the queue and the pace of a publisher must be positive";
        return null;
    }
}
