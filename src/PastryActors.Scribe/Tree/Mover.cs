using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Takes this node to the best of the nodes that a redirect names: measures how far each is, and joins under the one by way of which the
/// parent is least far (the bottleneck remover's second half, JSAC 2002, V-C). A node that has a parent keeps it until the new one has
/// accepted. Takes JoinRedirected and TreeAnswer.
/// </summary>
internal sealed class Mover(ScribeContext context)
{
    /// <summary>Takes a message of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case JoinRedirected redirected: OnRedirected(message.Source, redirected); return true;
            case TreeAnswer answer: return OnAnswer(message.Source, answer);
            default: return false;
        }
    }

    /// <summary>Time is up for those who were asked.</summary>
    public void OnTimer(NodeTimer timer)
    {
        if (context.Topics.Find(timer.Subject) is { Move: { } move } topic && (long)move.Nonce == timer.Argument) Decide(topic, move);
    }

    private void OnRedirected(NodeHandle from, JoinRedirected message)
    {
        if (context.Topics.Find(message.Topic) is not { } topic || !MaySend(topic, from, message.Nonce)) return;
        List<MoveChoice> choices = [];
        foreach (Candidate candidate in message.To)
        {
            RingId id = candidate.Node.Id;
            if (id == context.Self.Id || id == topic.Up.Excluded || topic.Up.Parent?.Id == id || topic.Children.Find(id) is not null) continue;
            choices.Add(new MoveChoice(candidate));
        }

        if (choices.Count == 0) return;
        topic.Move = null;
        if (choices.Count == 1) Go(topic, choices[0].Node);
        else Measure(topic, choices);
    }

    /// <summary>Only the parent sends a child on, and only whom the open join reached one that seeks a place.</summary>
    private static bool MaySend(TopicNode topic, NodeHandle from, ulong nonce) => topic.Up.Place switch
    {
        TreePlace.Joining => topic.Up.Nonce == nonce,
        TreePlace.Attached => topic.Up.IsParent(from) && topic.Up.AcceptedNonce == nonce,
        _ => false,
    };

    private void Measure(TopicNode topic, List<MoveChoice> choices)
    {
        var move = new Move(context.NewNonce(), topic.Up.Nonce, context.Now, choices);
        topic.Move = move;
        foreach (MoveChoice choice in choices) context.Send(new TreeQuestion(topic.Id, context.Self, move.Nonce, TreeAsk.Room), choice.Node);
        context.Host.Schedule((byte)ScribeTimer.Move, context.Options.ResendTimeout, (long)move.Nonce, topic.Id);
    }

    private bool OnAnswer(NodeHandle from, TreeAnswer answer)
    {
        if (context.Topics.Find(answer.Topic) is not { Move: { } move } topic || move.Nonce != answer.Nonce) return false;
        if (move.Choices.Find(c => c.Node.Id == from.Id) is not { } choice) return true;
        choice.RoundTrip ??= context.Now - move.Asked;
        choice.HasRoom = answer is { IsInTree: true, HasRoom: true };
        if (move.Choices.TrueForAll(static c => c.RoundTrip is not null)) Decide(topic, move);
        return true;
    }

    private void Decide(TopicNode topic, Move move)
    {
        topic.Move = null;
        // In the meantime the node may have sent another join, or found a place.
        if (topic.Up.Nonce != move.OpenJoin) return;
        MoveChoice? best = move.Choices.Where(static c => c.HasRoom).MinBy(static c => c.Total);
        // Who has no place asks even where there is no room: he is sent on from there.
        if (topic.Up.Place == TreePlace.Joining) best ??= move.Choices.MinBy(static c => c.Total);
        if (best is not null) Go(topic, best.Node);
    }

    private void Go(TopicNode topic, NodeHandle to)
    {
        if (topic.Up.Place == TreePlace.Joining)
        {
            topic.Redirects++;
            context.Tree.SendJoin(topic, to);
            return;
        }

        topic.Redirects = 0;
        ulong nonce = context.NewNonce();
        topic.Up.Seek(nonce);
        context.Send(context.Tree.MakeJoin(topic, nonce), to);
    }
}

/// <summary>A choice between nodes to join under that is being made.</summary>
/// <param name="Nonce">Of the questions to them.</param>
/// <param name="OpenJoin">The nonce of the node's own join as it was when the choice began.</param>
internal sealed record Move(ulong Nonce, ulong OpenJoin, Instant Asked, List<MoveChoice> Choices);

/// <summary>One of the nodes.</summary>
internal sealed class MoveChoice(Candidate candidate)
{
    public NodeHandle Node => candidate.Node;

    public TimeSpan? RoundTrip { get; set; }

    public bool HasRoom { get; set; }

    /// <summary>How far the old parent is by way of it; who did not answer is farthest of all.</summary>
    public TimeSpan Total => RoundTrip is { } own ? own + TimeSpan.FromMicroseconds(candidate.DelayMicros) : TimeSpan.MaxValue;
}
