using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>How far a node is in being a topic's root.</summary>
internal enum OfficeStage
{
    /// <summary>It asks for promises, and what those who give them know.</summary>
    Asking,

    /// <summary>It fetches the numbering from the neighbour that knows most.</summary>
    Fetching,

    /// <summary>It has the numbering, and waits for a majority to have it too.</summary>
    Confirming,

    /// <summary>It numbers messages.</summary>
    Serving,
}

/// <summary>A publish that has a number which no majority holds yet.</summary>
internal readonly record struct UnconfirmedPublish(ulong Sequence, NodeHandle Publisher, ulong Number, int Bytes);

/// <summary>What a node holds for a topic whose root it is: the numbering, the copies of it, and what waits.</summary>
internal sealed class RootOffice(NodeHandle self, TopicReplica replica)
{
    public OfficeStage Stage { get; set; } = OfficeStage.Asking;

    public bool IsServing => Stage == OfficeStage.Serving;

    public TopicReplica Replica { get; } = replica;

    public TopicLog Log => Replica.Log;

    /// <summary>Whose majority decides.</summary>
    public ReplicaGroup Group => Replica.Group;

    public Recovery Recovery { get; } = new();

    /// <summary>Since when no majority can be reached, or the office has not begun to serve; null while all is well.</summary>
    public Instant? BlockedSince { get; set; }

    /// <summary>The term whose numbering this one took over; none if copies must begin anew.</summary>
    public Term Previous { get; set; }

    /// <summary>The last number when the term began.</summary>
    public ulong Base { get; set; }

    /// <summary>The last number that a majority holds: what may be seen.</summary>
    public ulong Confirmed { get; set; }

    /// <summary>The last number when the group began to change: who is to count in the new group must hold it.</summary>
    public ulong ChangedAt { get; set; }

    public List<ReplicaLink> Links { get; } = [];

    /// <summary>Numbered, but not yet in the log: they gather while enough batches are on their way.</summary>
    public List<TopicItem> StagedItems { get; } = [];

    public List<PublishMark> StagedMarks { get; } = [];

    /// <summary>Whom to answer when a number is confirmed, in the order of the numbers.</summary>
    public Queue<UnconfirmedPublish> Unconfirmed { get; } = new();

    public long UnconfirmedBytes { get; set; }

    /// <summary>Who created the topic, or changed its settings, and waits for a majority to know it.</summary>
    public List<(NodeHandle From, CreateTopic Message)> Creators { get; } = [];

    /// <summary>Who asked for the root before it could serve.</summary>
    public List<(NodeHandle Asker, ulong Nonce)> Locators { get; } = [];

    /// <summary>What was published before the root could serve.</summary>
    public List<(NodeHandle From, PublishItems Items)> Waiting { get; } = [];

    public long WaitingBytes { get; set; }

    /// <summary>What was published after something that has not come yet.</summary>
    public EarlyPublishes Early { get; } = new();

    public Instant LastUsed { get; set; }

    public Instant LastOffered { get; set; }

    public ulong NextNumber => Log.Last + (ulong)StagedItems.Count + 1;

    public ReplicaLink? FindLink(NodeHandle node) => Links.Find(l => ReplicaGroup.IsSame(l.Node, node));

    public bool IsSelf(NodeHandle node) => ReplicaGroup.IsSame(node, self);

    /// <summary>Whether a part of the topic's history is being stored.</summary>
    public bool IsArchiving { get; set; }

    /// <summary>When the next attempt to store one may be made.</summary>
    public Instant ArchiveAfter { get; set; }

    /// <summary>The last number that a majority holds by what it acknowledged.</summary>
    /// <param name="own">The last number that this node itself holds for good.</param>
    public ulong Reached(ulong own) => Group.Reached(n => IsSelf(n) ? own : FindLink(n)?.Acked ?? 0);

    /// <summary>Whether a member knows the group as it is now, and holds all that was numbered before it.</summary>
    public bool HasFollowedChange(NodeHandle node) =>
        IsSelf(node) || FindLink(node) is { Started: true } link && link.Version >= Group.Version && link.Acked >= ChangedAt;

    /// <summary>Forgets what was numbered but is in nobody's log: its publishers will send it again.</summary>
    public void DropStaged()
    {
        StagedItems.Clear();
        StagedMarks.Clear();
        Unconfirmed.Clear();
        UnconfirmedBytes = 0;
        Log.Windows.ForgetAfter(Log.Last);
    }
}

/// <summary>How far the copy of a root's numbering on one other node is.</summary>
internal sealed class ReplicaLink(NodeHandle node)
{
    public NodeHandle Node { get; } = node;

    /// <summary>Whether the copy follows this term.</summary>
    public bool Started { get; set; }

    /// <summary>The version of the group that the copy is known to have.</summary>
    public ulong Version { get; set; }

    /// <summary>The last number that the copy is known to hold.</summary>
    public ulong Acked { get; set; }

    /// <summary>The number to be sent next.</summary>
    public ulong Next { get; set; }

    /// <summary>Batches sent and not acknowledged.</summary>
    public int InFlight { get; set; }

    public Instant LastSent { get; set; }

    public Instant LastProgress { get; set; }
}
