using PastryActors.Core.Driving;

namespace PastryActors.Simulation.World;

/// <summary>A request that was handed to a node, and what came back.</summary>
public sealed class SimAsk
{
    private readonly List<Reply> _replies = [];

    internal SimAsk(SimNode node, Request request, Instant askedAt) =>
        (Node, Request, AskedAt, Incarnation) = (node, request, askedAt, node.Handle.Incarnation);

    /// <summary>The node that was asked.</summary>
    public SimNode Node { get; }

    /// <summary>What was asked.</summary>
    public Request Request { get; }

    /// <summary>When.</summary>
    public Instant AskedAt { get; }

    /// <summary>When the first reply came; <see cref="Instant.Never"/> if none did yet.</summary>
    public Instant AnsweredAt { get; private set; } = Instant.Never;

    /// <summary>All replies so far, in order.</summary>
    public IReadOnlyList<Reply> Replies => _replies;

    /// <summary>The newest reply, or null.</summary>
    public Reply? Last => _replies.Count > 0 ? _replies[^1] : null;

    /// <summary>Whether any reply came.</summary>
    public bool IsAnswered => _replies.Count > 0;

    /// <summary>Whether the start of the node that was asked is over: no reply will come any more.</summary>
    public bool IsOrphaned => !Node.IsUp || Node.Handle.Incarnation != Incarnation;

    internal uint Incarnation { get; }

    /// <summary>Whether the node is taken away at the first reply.</summary>
    internal bool EndsNode { get; set; }

    internal void Add(Reply reply, Instant now)
    {
        if (_replies.Count == 0) AnsweredAt = now;
        _replies.Add(reply);
    }
}
