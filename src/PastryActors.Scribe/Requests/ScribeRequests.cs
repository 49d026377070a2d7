using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Requests;

/// <summary>Subscribe to a topic. Answered by one <see cref="Subscribed"/>, then by a <see cref="TopicMessages"/> for every run of messages, until unsubscribed.</summary>
/// <param name="Topic">Name of the topic, 1 to 256 bytes of UTF-8.</param>
public sealed record Subscribe(long Id, TimeSpan Timeout, string Topic) : Request(Id, Timeout)
{
    /// <summary>How many anycasts this subscription takes, every one that it is given counted; 0 declines all.</summary>
    public int AnycastsWanted { get; init; }

    /// <summary>
    /// Asked about every anycast that reaches this subscription, in the node's own thread: whether it is taken. Null for one that takes
    /// <see cref="AnycastsWanted"/> without being asked.
    /// </summary>
    internal Func<NodeHandle, Blob, bool>? Takes { get; init; }

    /// <summary>The first number wanted, from 1; what is not retained of it is told as a gap. Null for what comes from now on.</summary>
    public ulong? From { get; init; }

    /// <summary>
    /// How many answers may wait to be read: more are held back until <see cref="SubscriberCredit"/>, and then come from what is kept. 0 for
    /// any number, for whoever reads at once.
    /// </summary>
    public int Window { get; init; }
}

/// <summary>The reader of a subscription has read so many answers. Not answered.</summary>
/// <param name="Subscription">The id of the <see cref="Subscribe"/> request.</param>
public sealed record SubscriberCredit(long Id, TimeSpan Timeout, long Subscription, int Count) : FollowUp(Id, Timeout);

/// <summary>The subscription stands: this node is in the topic's tree.</summary>
/// <param name="Next">The sequence number of the first message that will come.</param>
public sealed record Subscribed(long RequestId, ulong Next) : Reply(RequestId);

/// <summary>End a subscription. Answered by <see cref="Unsubscribed"/>.</summary>
/// <param name="Subscription">The id of the <see cref="Subscribe"/> request.</param>
public sealed record Unsubscribe(long Id, TimeSpan Timeout, long Subscription) : FollowUp(Id, Timeout);

/// <summary>The subscription has ended; nothing more comes for it.</summary>
public sealed record Unsubscribed(long RequestId) : Reply(RequestId);

/// <summary>Messages of a topic, in order, each exactly once. Their payloads may share memory: whoever keeps one of many for long copies it.</summary>
/// <param name="First">Sequence number of the first; the others follow without a gap.</param>
public sealed record TopicMessages(long RequestId, ulong First, ValueList<TopicItem> Items) : Reply(RequestId);

/// <summary>Messages that cannot be recovered: said, never left out in silence.</summary>
public sealed record TopicGap(long RequestId, ulong From, ulong To, GapCause Cause, string Reason) : Reply(RequestId);

/// <summary>Why a subscriber does not get what has a number.</summary>
public enum GapCause : byte
{
    /// <summary>Nobody who was asked has it any more, or nobody answered in time.</summary>
    Lost,

    /// <summary>The topic keeps its past no longer than that, or keeps none.</summary>
    NotRetained,

    /// <summary>Its publisher's signature is missing or false.</summary>
    Forged,

    /// <summary>It is a message that the subscriber had under another number: nothing is lost.</summary>
    Repeated,
}

/// <summary>One message of a topic.</summary>
/// <param name="Publisher">The node that published it.</param>
public readonly record struct TopicItem(RingId Publisher, Blob Payload)
{
    /// <summary>The publisher's signature over this message and its neighbours; null where it did not sign.</summary>
    public SignedRun? Run { get; init; }

    /// <summary>Which message of the run this is, from 0.</summary>
    public int Place { get; init; }
}

/// <summary>
/// Hand a message to one member of a topic, the nearest that takes it. Answered by <see cref="AnycastAccepted"/>; fails with
/// <see cref="FailureCode.NotFound"/> if nobody takes it. A member that took it and died before it could say so is not known: then
/// another may have it as well.
/// </summary>
/// <param name="Payload">At most 64 KiB.</param>
public sealed record Anycast(long Id, TimeSpan Timeout, string Topic, Blob Payload) : Request(Id, Timeout);

/// <summary>A member has the message.</summary>
/// <param name="By">The member's node.</param>
/// <param name="Visited">How many nodes of the tree were asked.</param>
public sealed record AnycastAccepted(long RequestId, NodeHandle By, int Visited) : Reply(RequestId);

/// <summary>A message for this subscription alone. It has no number: it is not part of the topic's stream.</summary>
public sealed record AnycastDelivered(long RequestId, TopicItem Item) : Reply(RequestId);

/// <summary>Publish one message. Answered by <see cref="Published"/> when it has its number and survives the death of the root.</summary>
public sealed record Publish(long Id, TimeSpan Timeout, string Topic, Blob Payload) : Request(Id, Timeout);

/// <summary>The message has its place in the topic.</summary>
public sealed record Published(long RequestId, ulong Sequence) : Reply(RequestId);

/// <summary>
/// Create a topic, or change who may use one that the same owner created. Answered by <see cref="TopicDefined"/> when a majority of the
/// nodes that keep the topic's numbering knows it.
/// </summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="UnixMilliseconds">The asker's clock; of two certificates of one creator the later holds.</param>
public sealed record DefineTopic(long Id, TimeSpan Timeout, string Topic, TopicSettings Settings, ulong UnixMilliseconds) : Request(Id, Timeout);

/// <summary>The topic is created.</summary>
public sealed record TopicDefined(long RequestId, TopicCertificate Certificate) : Reply(RequestId);

/// <summary>What this node knows of the topics whose trees it is in. Answered by <see cref="TopicsDescribed"/>.</summary>
/// <param name="Topic">Name of one topic, or empty for all.</param>
public sealed record DescribeTopics(long Id, TimeSpan Timeout, string Topic) : Request(Id, Timeout);

/// <summary>The topics known here.</summary>
public sealed record TopicsDescribed(long RequestId, ValueList<TopicStatus> Topics) : Reply(RequestId);

/// <summary>Where a node stands in a topic's tree: the step of a walk through it. Answered by <see cref="PlaceDescribed"/>.</summary>
/// <param name="At">The node; null for the topic's root, whose answer is without its children.</param>
public sealed record DescribePlace(long Id, TimeSpan Timeout, string Topic, NodeHandle? At) : Request(Id, Timeout);

/// <summary>What the node said of itself.</summary>
/// <param name="IsInTree">Whether messages pass there: it has a parent, or is the root in office.</param>
/// <param name="Parent">Null for none.</param>
/// <param name="Children">The nearest first.</param>
public sealed record PlaceDescribed(
    long RequestId, NodeHandle Node, bool IsInTree, bool IsRoot, NodeHandle? Parent, ValueList<NodeHandle> Children, TreeCounters Counters) : Reply(RequestId);

/// <summary>One topic as one node sees it.</summary>
/// <param name="Name">Its name; empty where only the id is known.</param>
/// <param name="Parent">The parent in the tree; null at the root.</param>
/// <param name="LastSequence">The highest number seen here.</param>
/// <param name="Subscribers">Subscriptions on this node.</param>
public sealed record TopicStatus(
    RingId Topic,
    string Name,
    bool IsRoot,
    NodeHandle? Parent,
    ValueList<NodeHandle> Children,
    int Subscribers,
    ulong LastSequence,
    long Delivered,
    long Gaps,
    long Duplicates)
{
    /// <summary>What the topic's creator decided, as far as this node was told.</summary>
    public TopicSettings Settings { get; init; } = TopicSettings.Default;
}
