using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Topics;

/// <summary>What a topic promises of its messages.</summary>
public enum DeliveryLevel : byte
{
    /// <summary>Every acknowledged message reaches every subscriber once, in the order of its number; a number is seen when a majority holds it.</summary>
    Ordered = 0,

    /// <summary>
    /// A message goes down the tree as soon as the root has it, and is acknowledged by the root alone. In order and never twice, but what
    /// is lost on the way or with the root is not sent again: subscribers are told the gap.
    /// </summary>
    BestEffort = 1,
}

/// <summary>How much of a topic's past is kept.</summary>
public enum RetentionKind : byte
{
    /// <summary>Only what repairs need, in memory.</summary>
    None = 0,

    /// <summary>The last messages.</summary>
    Messages = 1,

    /// <summary>The messages of the last while.</summary>
    Duration = 2,

    /// <summary>Everything.</summary>
    Forever = 3,
}

/// <summary>How much of a topic's past is kept.</summary>
/// <param name="Amount">Messages, or seconds; 0 where the kind needs none.</param>
public readonly record struct Retention(RetentionKind Kind, ulong Amount = 0)
{
    /// <summary>Nothing is kept.</summary>
    public static Retention None => default;

    /// <summary>Everything is kept.</summary>
    public static Retention Forever => new(RetentionKind.Forever);

    /// <summary>Whether anything must outlive the nodes' memory.</summary>
    public bool IsDurable => Kind != RetentionKind.None;
}

/// <summary>What the creator of a topic decided about it.</summary>
/// <param name="Publishers">Who may publish, by nodeId (which is the hash of a node's key); none for everybody.</param>
/// <param name="Subscribers">Who may be in the tree, by nodeId; none for everybody. A topic's root is always in it.</param>
public sealed record TopicSettings(DeliveryLevel Level, Retention Retain, ValueList<RingId> Publishers, ValueList<RingId> Subscribers)
{
    /// <summary>Longest list of those who may do something. Lists travel with every heartbeat of the topic; whoever wants more opens the topic and encrypts.</summary>
    public const int AccessMax = 64;

    /// <summary>What holds for a topic that nobody created: ordered, nothing kept, open.</summary>
    public static TopicSettings Default { get; } = new(DeliveryLevel.Ordered, Retention.None, default, default);

    /// <summary>
    /// Whether publishers sign and receivers refuse what is not, also on nodes whose own option says otherwise. There is no setting for the
    /// opposite: it would be brought by those whom signatures are there to distrust (docs/decisions/0024).
    /// </summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether the node may publish.</summary>
    public bool MayPublish(RingId node) => Publishers.Count == 0 || Publishers.Span.Contains(node);

    /// <summary>Whether the node may be in the tree.</summary>
    public bool MaySubscribe(RingId node) => Subscribers.Count == 0 || Subscribers.Span.Contains(node);

    /// <summary>Whether a prefix may carry the messages of a topic with these settings: only if everybody who may read there may read here.</summary>
    /// <param name="prefix">The settings of the prefix.</param>
    public bool MayBeCarriedBy(TopicSettings prefix) => Subscribers.Count == 0 || (prefix.Subscribers.Count > 0 && prefix.Subscribers.All(MaySubscribe));

    /// <summary>Answers what is wrong with these settings, or null.</summary>
    public string? Problem()
    {
        if (Level > DeliveryLevel.BestEffort || Retain.Kind > RetentionKind.Forever) return "a level or a retention that is none";
        if (Retain.Kind is RetentionKind.Messages or RetentionKind.Duration && Retain.Amount == 0) return "a retention of messages or of a duration must be at least 1";
        if (Level == DeliveryLevel.BestEffort && Retain.IsDurable) return "a best-effort topic keeps no history: what nobody waits for cannot be promised";
        return Publishers.Count > AccessMax || Subscribers.Count > AccessMax ? $"at most {AccessMax} nodes may be named, {Publishers.Count} publishers and {Subscribers.Count} subscribers are" : null;
    }
}
