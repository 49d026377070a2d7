using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Packets;

namespace PastryActors.Streams.Forest;

/// <summary>Where a node stands in a stripe's tree.</summary>
internal enum StripePlace : byte
{
    /// <summary>Not in it.</summary>
    Out,

    /// <summary>It looks for a parent, and takes nobody on meanwhile: so no two that look for one wait for each other.</summary>
    Joining,

    /// <summary>It has a parent.</summary>
    Attached,

    /// <summary>It is the root, or the root's deputy: the publisher sends to it.</summary>
    Root,

    /// <summary>It publishes the stream itself, and needs no parent.</summary>
    Source,
}

/// <summary>A child in one stripe's tree.</summary>
internal sealed class StripeChild(NodeHandle node, ulong nonce, bool canForward)
{
    public NodeHandle Node { get; set; } = node;

    /// <summary>That of its last join: an orphan recognises by it what it lost.</summary>
    public ulong Nonce { get; set; } = nonce;

    public bool CanForward { get; set; } = canForward;

    /// <summary>Whether it said that it serves fewer than it offers.</summary>
    public bool HasRoom { get; set; } = canForward;

    /// <summary>
    /// How far the stripe had come to it when it joined; null from its first word on. Until then nothing is sent to it: pieces take another lane than
    /// the word that it is a child, and one that overtook it would be refused, and block those before it.
    /// </summary>
    public StreamPosition? Joined { get; set; }

    public Instant LastHeard { get; set; }

    public Instant LastSent { get; set; }

    /// <summary>What is on its way to it.</summary>
    public ChildWindow Window { get; } = new();
}

/// <summary>One node's place in the tree of one stripe.</summary>
internal sealed class StripeNode(RingId id)
{
    public RingId Id { get; } = id;

    public int Index { get; } = ChannelName.IndexOf(id);

    public StripePlace Place { get; set; }

    /// <summary>Null unless attached.</summary>
    public NodeHandle? Parent { get; set; }

    /// <summary>That of the join which the parent accepted.</summary>
    public ulong ParentNonce { get; set; }

    /// <summary>From the parent to the root, both included; empty unless attached.</summary>
    public ValueList<RingId> Path { get; set; }

    /// <summary>When the parent gave a sign last.</summary>
    public Instant ParentHeard { get; set; }

    public Instant LastSentUp { get; set; }

    /// <summary>Whether the parent was found among those who had capacity to spare.</summary>
    public bool CameBySpare { get; set; }

    /// <summary>Whether the stripe does not belong to the parent: it is neither its root nor shares its first digit. One that was root may be so no longer.</summary>
    public bool IsForeign => Place == StripePlace.Attached && !ChannelName.Shares(Parent!.Id, Id) && (CameBySpare || Path.Count > 1);

    /// <summary>When a better parent is looked for, and how often that was in vain.</summary>
    public Instant ImproveAt { get; set; }

    public int ImprovedInVain { get; set; }

    /// <summary>Who is the root in this node's place, which offers nothing; null for nobody.</summary>
    public NodeHandle? Deputy { get; set; }

    public Instant DeputyHeard { get; set; }

    /// <summary>The root in whose place this node is the root; null for none.</summary>
    public NodeHandle? DeputyOf { get; set; }

    /// <summary>The search for a parent under way; null for none.</summary>
    public ParentSearch? Search { get; set; }

    /// <summary>Searches in a row that found nobody.</summary>
    public int SearchesFailed { get; set; }

    /// <summary>In no order of worth.</summary>
    public List<StripeChild> Children { get; } = [];

    /// <summary>How far the stream has come here.</summary>
    public StripeFlow Flow { get; } = new();

    /// <summary>What came lately, for those who missed it.</summary>
    public PieceBuffer Recent { get; } = new();

    /// <summary>Whether the stripe reaches this node, so that it may serve children.</summary>
    public bool IsInTree => Place is StripePlace.Attached or StripePlace.Root or StripePlace.Source;

    public bool IsParent(NodeHandle node) => Place == StripePlace.Attached && Parent!.Id == node.Id;

    public StripeChild? FindChild(RingId id) => Children.Find(c => c.Node.Id == id);

    /// <summary>This node and its path, as its children are told.</summary>
    public ValueList<RingId> PathFrom(RingId self) => new([self, .. Path]);
}
