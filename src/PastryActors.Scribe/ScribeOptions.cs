using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe;

/// <summary>Parameters of Scribe: the pace of its trees, and the bounds of everything that it keeps.</summary>
public sealed record ScribeOptions
{
    /// <summary>
    /// How often a node tells every neighbour in trees that it lives, parents and children alike and of all topics at once. Shorter repairs
    /// trees sooner and costs one message a neighbour and period. The paper's heartbeat (JSAC 2002, III-C).
    /// </summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many heartbeats in a row may be missing before a child joins again elsewhere. One would take every lost message for a death; more only delays repair.</summary>
    public int HeartbeatMisses { get; init; } = 2;

    /// <summary>How many children a node serves in one topic, at most 1024; a further one is sent down to one of them.</summary>
    public int MaxChildren { get; init; } = 64;

    /// <summary>
    /// How many children a node serves over all topics while those have room themselves: with more it sends the farthest child of the topic
    /// with most of them down to another (the bottleneck remover, JSAC 2002, V-C, which draws the line at 64). Lower spreads the work over
    /// more nodes and makes trees deeper.
    /// </summary>
    public int MaxEntries { get; init; } = 64;

    /// <summary>
    /// After how long a forwarder that nobody but one child needs sends that child to its own parent and leaves the tree (JSAC 2002, V-E);
    /// zero for never. Much longer than a heartbeat period, or trees would change with every subscription that comes and goes.
    /// </summary>
    public TimeSpan CollapseAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many bytes of one topic may be on their way to one child before it is held back, a single run excepted. Larger keeps fast links
    /// with long round trips full; a child that stands still costs so much. Must be well below what the engine queues for a peer.
    /// </summary>
    public int ChildWindowBytes { get; init; } = 4 << 20;

    /// <summary>How long a child may be held back before it is put out, and sent to one of its siblings when it comes again.</summary>
    public TimeSpan ChildLagMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In how many topics' trees a node takes part; the same number bounds the topics that it publishes to and those that it keeps a root's copy of.</summary>
    public int MaxTopics { get; init; } = 10_000;

    /// <summary>How many subscriptions of local applications are open at once, over all topics.</summary>
    public int MaxSubscriptions { get; init; } = 10_000;

    /// <summary>The largest payload of one message, in bytes. The engine's limit for a message must hold it and its envelope.</summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>
    /// How many bytes travel as one batch at most, a single larger message excepted. Larger batches cost less each; but what is larger than this takes the
    /// bulk lane, and batches that take now one lane and now the other overtake each other.
    /// </summary>
    public int BatchBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// How many recent messages a node keeps a topic, to serve children that missed some and readers that paused. Must cover what is sent
    /// meanwhile: a second of small messages, of which the bytes bound some 45,000.
    /// </summary>
    public int RecentCountMax { get; init; } = 65_536;

    /// <summary>How many bytes of recent messages a node keeps a topic.</summary>
    public int RecentBytesMax { get; init; } = 8 << 20;

    /// <summary>What a topic that came to be by its first use retains. Asked of the root when the topic begins.</summary>
    public Retention DefaultRetain { get; init; }

    /// <summary>Of a topic that retains messages: how many bytes of them make a segment of history. One object of storage below a mebibyte; half of the recent bytes at most.</summary>
    public int SegmentBytes { get; init; } = 512 * 1024;

    /// <summary>Of a topic that retains messages: how many of them make a segment of history, however small they are. A quarter of the recent count at most.</summary>
    public int SegmentMessages { get; init; } = 2048;

    /// <summary>How many bytes of recent messages a node keeps over all topics; beyond it every topic keeps only what comes in last.</summary>
    public long RecentBytesTotalMax { get; init; } = 256L << 20;

    /// <summary>How many batches that came ahead of a hole wait for it to be filled, a topic. Beyond it they are dropped and asked for again.</summary>
    public int ParkedCountMax { get; init; } = 1024;

    /// <summary>How many bytes of batches ahead of a hole wait, a topic.</summary>
    public int ParkedBytesMax { get; init; } = 8 << 20;

    /// <summary>How long a hole may close by itself before it is asked for: messages of the two lanes overtake each other.</summary>
    public TimeSpan GapDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long one request for missing messages waits before the next is sent, to the parent and to the root in turn.</summary>
    public TimeSpan ResendTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a hole may hold up delivery before subscribers are told of a gap. Must be well over the time in which a tree repairs itself.</summary>
    public TimeSpan GapTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a publishing node believes what the root of a prefix said of whether anybody subscribes to it. A subscription to a prefix stands
    /// as much later; shorter costs every publisher below a prefix a question more often. The same on all nodes of a ring.
    /// </summary>
    public TimeSpan PrefixLease { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether this node signs what it publishes, and gives its subscribers nothing that its publisher did not sign: then no node on the way,
    /// the topic's root included, can forge a message, change it, or give it twice. Costs a publisher a signature a batch and every receiver its check;
    /// without it every node of the ring is trusted to pass on what it was given. The same on all nodes of a ring.
    /// </summary>
    public bool SignMessages { get; init; } = true;

    /// <summary>How many publishes wait for their number on this node, a topic; a further one fails as busy.</summary>
    public int PublishQueueMax { get; init; } = 4096;

    /// <summary>How many bytes of publishes wait for their numbers on this node, over all topics.</summary>
    public long PublishQueueBytesMax { get; init; } = 64L << 20;

    /// <summary>The longest a publish waits for its number, whatever its request allows.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without an answer a publish is sent again, to wherever the root is then. The root recognises what it numbered before.</summary>
    public TimeSpan PublishRetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// On how many nodes the numbering of a topic lives, the root included (the paper's k, 5); at most 16. A message is acknowledged when
    /// more than half of them hold it: fewer than half may fail at once without a published message being lost or the topic standing still.
    /// </summary>
    public int RootReplicas { get; init; } = 5;

    /// <summary>How many publishers a root remembers a topic, so that their retries are not numbered twice. At most 512: the memory travels as one message of about 1 KiB each.</summary>
    public int PublishersMax { get; init; } = 256;

    /// <summary>How many bytes a root has numbered but not yet seen confirmed by another node; beyond it publishes are dropped, and come again. Half of the recent bytes at most.</summary>
    public int UnconfirmedBytesMax { get; init; } = 4 << 20;

    /// <summary>How long a new root waits for each step of taking over: for its neighbours to say what they know, then for each part of the numbering.</summary>
    public TimeSpan RecoverTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a topic stands still when no majority of the nodes that keep its numbering can be reached, before it goes on with what is
    /// left and tells subscribers of a gap. In a network that is cut for less, the smaller side refuses and nothing is lost; longer keeps
    /// that promise for longer cuts, and the topic standing for longer when most of its nodes have died.
    /// </summary>
    public TimeSpan SurrenderAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long nobody must have come to or gone from a leaf set before a topic of which nobody there has heard begins. When all processes of a ring
    /// start again at once the first few are a ring by themselves: a topic that began there would take numbers that those who are still on
    /// their way have given out. Zero begins at once.
    /// </summary>
    public TimeSpan BeginAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a copy of a root's numbering outlives the last sign of that root. Roots give a sign ten times as often.</summary>
    public TimeSpan ReplicaLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a root keeps the numbering of a topic that nobody subscribes or publishes to; after that its numbers start from 1 again.</summary>
    public TimeSpan TopicLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem() => ProblemOfTimes() ?? ProblemOfBounds();

    private string? ProblemOfTimes()
    {
        if (HeartbeatPeriod < TimeSpan.FromMilliseconds(10)) return $"the heartbeat period must be at least 10 ms, not {HeartbeatPeriod}";
        if (PrefixLease <= TimeSpan.Zero) return $"the lease of a prefix must be positive, not {PrefixLease}";
        if (CollapseAfter < TimeSpan.Zero) return $"the time to a collapse must not be negative: {CollapseAfter}";
        if (BeginAfter < TimeSpan.Zero) return $"the time to the beginning of a topic must not be negative: {BeginAfter}";
        if (HeartbeatMisses < 1) return $"heartbeat misses must be at least 1, not {HeartbeatMisses}";
        if (GapDelay <= TimeSpan.Zero || ResendTimeout <= TimeSpan.Zero || GapTimeout < ResendTimeout) return "gap delay and resend timeout must be positive, and the gap timeout no shorter than the resend timeout";
        if (PublishTimeout <= TimeSpan.Zero || PublishRetryAfter <= TimeSpan.Zero) return "publish timeout and publish retry must be positive";
        if (SurrenderAfter < RecoverTimeout) return "a topic must not be given up sooner than a recovery times out";
        if (RecoverTimeout <= TimeSpan.Zero || ReplicaLifetime <= TimeSpan.Zero || TopicLifetime <= TimeSpan.Zero) return "recover timeout, replica lifetime and topic lifetime must be positive";
        return null;
    }

    private string? ProblemOfBounds()
    {
        if (ChildWindowBytes < 1 || ChildLagMax <= TimeSpan.Zero) return "the window of a child and the time that it may lag must be positive";
        if (MaxChildren is < 1 or > Fields.ChildrenMax) return $"max children must be 1 to {Fields.ChildrenMax}, not {MaxChildren}";
        if (MaxEntries < 1) return $"max entries must be at least 1, not {MaxEntries}";
        if (MaxTopics < 1 || MaxSubscriptions < 1) return "max topics and max subscriptions must be at least 1";
        if (MaxMessageBytes is < 1 or > 1 << 20) return $"the largest message must be 1 to {1 << 20} bytes, not {MaxMessageBytes}";
        if (BatchBytesMax is < 1 or > 512 * 1024) return $"a batch must be 1 to {512 * 1024} bytes, not {BatchBytesMax}";
        if (RecentCountMax < 1 || RecentBytesMax < 1 || RecentBytesTotalMax < 1) return "the bounds of recent messages must be at least 1";
        if (SegmentBytes < 1 || SegmentBytes > RecentBytesMax / 2 || SegmentMessages < 1 || SegmentMessages > Math.Max(1, RecentCountMax / 4)) return "a segment must hold at least one message, half of the recent bytes and a quarter of the recent count at most";
        if (ParkedCountMax < 1 || ParkedBytesMax < MaxMessageBytes) return "the bounds of waiting messages must hold at least one message";
        if (PublishQueueMax < 1 || PublishQueueBytesMax < MaxMessageBytes) return "the bounds of publishes must hold at least one message";
        if (UnconfirmedBytesMax > RecentBytesMax / 2) return "the bytes without confirmation may be half of the recent bytes at most";
        if (RootReplicas is < 1 or > ReplicaGroup.MembersMax) return $"root replicas must be 1 to {ReplicaGroup.MembersMax}, not {RootReplicas}";
        if (PublishersMax is < 1 or > 512) return $"publishers must be 1 to 512, not {PublishersMax}";
        return null;
    }
}
