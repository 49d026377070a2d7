using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Tree;

/// <summary>How a node hangs in a topic's tree.</summary>
internal enum TreePlace
{
    /// <summary>Not at all.</summary>
    Outside,

    /// <summary>It has sent a join and waits.</summary>
    Joining,

    /// <summary>It has a parent.</summary>
    Attached,

    /// <summary>It is the root, or becoming it.</summary>
    Root,
}

/// <summary>The way up from a node in a topic's tree: who the parent is, how it was reached, whether it lives.</summary>
internal sealed class ParentLink
{
    public TreePlace Place { get; private set; } = TreePlace.Outside;

    /// <summary>The parent; only while attached.</summary>
    public NodeHandle? Parent { get; private set; }

    /// <summary>The topic's root as last heard.</summary>
    public NodeHandle? Root { get; set; }

    /// <summary>The parent, its parent and so on up to the root.</summary>
    public ValueList<RingId> Path { get; set; }

    public Instant LastHeard { get; set; }

    /// <summary>Of the join that is open; 0 if none is.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>Of the join that the parent accepted: by it the parent proves who sends this node on.</summary>
    public ulong AcceptedNonce { get; private set; }

    public Instant NextAttempt { get; private set; }

    /// <summary>Joins since the last success: each waits longer for its answer.</summary>
    public int Attempts { get; private set; }

    /// <summary>A node not to be joined under in this attempt: it is dead, or stands below this one.</summary>
    public RingId? Excluded { get; private set; }

    public void BeginJoin(RingId? excluded)
    {
        (Place, Parent, Attempts, Excluded, Path) = (TreePlace.Joining, null, 0, excluded, default);
    }

    /// <summary>A join goes out and is given until <paramref name="retryAt"/>.</summary>
    public void Sent(ulong nonce, Instant retryAt)
    {
        (Nonce, NextAttempt) = (nonce, retryAt);
        Attempts++;
    }

    /// <summary>
    /// A join goes out while this node stays where it is until it is answered: a root asks the node closer to the topic to take over, or a
    /// child moves to another parent.
    /// </summary>
    public void Seek(ulong nonce) => Nonce = nonce;

    public void Attach(NodeHandle parent, NodeHandle root, ValueList<RingId> path, Instant now)
    {
        (Place, Parent, Root, Path, LastHeard) = (TreePlace.Attached, parent, root, path, now);
        (AcceptedNonce, Nonce, Attempts, Excluded) = (Nonce, 0, 0, null);
    }

    public void BecomeRoot(NodeHandle self)
    {
        (Place, Parent, Root, Path) = (TreePlace.Root, null, self, default);
        (Nonce, Attempts, Excluded) = (0, 0, null);
    }

    public bool IsParent(NodeHandle node) => Parent is { } parent && parent.Id == node.Id;
}
