using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Anycasting;
using PastryActors.Scribe.Defining;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Journal;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Publishing;
using PastryActors.Scribe.Queries;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Subscribing;
using PastryActors.Scribe.Topics;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe;

/// <summary>What timers of Scribe mean.</summary>
internal enum ScribeTimer : byte
{
    /// <summary>The pulse of everything periodic: four to a heartbeat period, and only while there is anything to keep.</summary>
    Tick = 1,

    /// <summary>A hole in a topic's stream is due to be asked for. Argument: the watch that scheduled it.</summary>
    Gap = 2,

    /// <summary>Those who were asked how far they are have had their time. Argument: the nonce of the questions; subject: the topic.</summary>
    Move = 3,

    /// <summary>Who was offered an anycast has had his time. Argument: the nonce of the offer; subject: the node.</summary>
    Anycast = 4,

    /// <summary>The leaf set may have been the same for long enough to begin a topic. Subject: the topic.</summary>
    Begin = 5,

    /// <summary>Publishes that were held back may go on. Subject: the topic.</summary>
    Publish = 6,
}

/// <summary>What the keepers of all duties share: the host, the options, the topics, each other.</summary>
internal sealed class ScribeContext
{
    /// <summary>A message of more payload than this takes the bulk lane, so that heartbeats do not wait behind it.</summary>
    private const int ControlBytesMax = 64 * 1024;

    /// <summary>
    /// How many more nodes than the copies a new root asks at first: a closer node that joins pushes the last of the old root's copies out
    /// of the new root's set, and a node may join while another fails.
    /// </summary>
    private const int AskedBeyondReplicas = 2;

    private long _lastInnerId;

    public ScribeContext(IPastryHost host, ScribeOptions options, Blob nodeKey, Blob ownerKey)
    {
        Prefixes = new PrefixPublisher(this);
        Rules = new PrefixRules(this);
        Groups = new GroupKeeper(this);
        (Host, Options, NodeKey, OwnerKey) = (new PartsHost(host, reply => Prefixes.Take(reply) || Groups.Take(reply)), options, nodeKey, ownerKey);
        Budget = new BufferBudget(options.RecentBytesTotalMax);
        Entries = new EntryCount();
        Topics = new TopicTable<TopicNode>(options.MaxTopics);
        Tree = new TreeKeeper(this);
        Stream = new StreamKeeper(this);
        Roots = new RootKeeper(this);
        Replicas = new ReplicaKeeper(this);
        Publishing = new PublishKeeper(this);
        Subscriptions = new SubscriptionKeeper(this);
        Queries = new TreeQueries(this);
        Anycasts = new AnycastKeeper(this);
        Definitions = new DefinitionKeeper(this);
        Journals = new JournalKeeper(this);
        Archive = new Archivist(this);
        Replaying = new Replayer(this);
        Inspections = new Inspector(this);
    }

    public IPastryHost Host { get; }

    public ScribeOptions Options { get; }

    /// <summary>This node's public key.</summary>
    public Blob NodeKey { get; }

    /// <summary>The public key of the owner whom this node's applications create topics for.</summary>
    public Blob OwnerKey { get; }

    public BufferBudget Budget { get; }

    public EntryCount Entries { get; }

    /// <summary>Whether this node has fewer children over all topics than it may have.</summary>
    public bool HasRoom => Entries.Count < Options.MaxEntries;

    /// <summary>How many of the nodes closest to a topic a new root asks what they know of it.</summary>
    public int AskedCount => Options.RootReplicas + AskedBeyondReplicas;

    public TopicTable<TopicNode> Topics { get; }

    public TreeKeeper Tree { get; }

    public StreamKeeper Stream { get; }

    public RootKeeper Roots { get; }

    public ReplicaKeeper Replicas { get; }

    public PublishKeeper Publishing { get; }

    public SubscriptionKeeper Subscriptions { get; }

    public TreeQueries Queries { get; }

    public AnycastKeeper Anycasts { get; }

    public PrefixPublisher Prefixes { get; }

    public GroupKeeper Groups { get; }

    public PrefixRules Rules { get; }

    public DefinitionKeeper Definitions { get; }

    public JournalKeeper Journals { get; }

    public Archivist Archive { get; }

    public Replayer Replaying { get; }

    public Inspector Inspections { get; }

    public Instant Now => Host.Now;

    /// <summary>When the leaf set changed last.</summary>
    public Instant LeafsChangedAt { get; set; }

    /// <summary>Whether the leaf set changed so lately that a root which ceased to be the closest may not have handed over yet: it tries once a period.</summary>
    public bool LeafsAreNew => Now - LeafsChangedAt < Options.HeartbeatPeriod * 2;

    /// <summary>Whether the leaf set has been the same for so long that nobody seems to be on the way.</summary>
    public bool LeafsAreSettled => Now - LeafsChangedAt >= Options.BeginAfter;

    public NodeHandle Self => Host.Self;

    /// <summary>Whether this node is the topic's root by its own leaf set, and sure of that set.</summary>
    public bool IsRoot(RingId topic) => Host.IsActive && Host.Leafs.IsRoot(topic);

    /// <summary>The nodes that are to hold the topic's numbering, by this node's leaf set; the closest first.</summary>
    public List<NodeHandle> Closest(RingId topic) => Host.Leafs.ReplicaSet(topic, Options.RootReplicas);

    /// <summary>
    /// Whether a topic of which nobody here has heard may begin. Those present may be the first that are back of a ring that stopped as a
    /// whole: then those who know the topic are still on their way, and it would take numbers that it has given out.
    /// </summary>
    public bool MayBegin(RingId topic) => LeafsAreSettled && !IsAwaiting(topic);

    /// <summary>Whether a neighbour from before this node's start that is not back would be among those who are asked about the topic.</summary>
    public bool IsAwaiting(RingId topic)
    {
        IReadOnlyList<NodeHandle> awaited = Host.Awaited;
        if (awaited.Count == 0) return false;
        List<NodeHandle> closest = Host.Leafs.ReplicaSet(topic, AskedCount);
        return closest.Count < AskedCount || awaited.Any(n => topic.IsCloser(n.Id, closest[^1].Id));
    }

    /// <summary>Whether nothing of the topic may be taken that its publisher did not sign.</summary>
    public bool MustBeSigned(TopicNode topic) => Options.SignMessages || topic.Settings.IsSigned;

    public TopicLog NewLog() => new(Options, Budget);

    /// <summary>The node as it is known now: one that started again may live elsewhere.</summary>
    public NodeHandle Newest(NodeHandle node) => Host.Leafs.Find(node.Id) ?? node;

    /// <summary>The journals are read: from here on the node takes part.</summary>
    public Action Loaded { get; init; } = static () => { };

    public static Lane LaneOf(int payloadBytes) => payloadBytes > ControlBytesMax ? Lane.Bulk : Lane.Control;

    public void Send(Message message, NodeHandle to, int payloadBytes = 0) => Host.Send(message, to, LaneOf(payloadBytes));

    public void Report(FactKind kind, RingId subject, long value = 0) => Host.Report(new Fact(kind, subject, value));

    /// <summary>An id for a request that this node makes of itself: below zero, where no request of an application is.</summary>
    public long NextInnerId() => --_lastInnerId;

    /// <summary>A number that nobody else can guess; never 0.</summary>
    public ulong NewNonce() => Host.Random.NextUInt64() | 1;

    /// <summary>The topic's node, made if there is none; null (and counted) if this node is in as many trees as it may be.</summary>
    public TopicNode? FindOrAdd(RingId topic, string name)
    {
        TopicNode? node = Topics.Find(topic);
        if (node is null)
        {
            if (Topics.IsFull)
            {
                Report(FactKind.Dropped, topic, Topics.Max);
                return null;
            }

            node = new TopicNode(topic, Options, Budget, Entries) { LastNeeded = Now };
            Topics.Add(topic, node);
        }

        if (node.Name.Length == 0) node.Name = name;
        return node;
    }
}
