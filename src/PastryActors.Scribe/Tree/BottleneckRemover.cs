using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// The paper's bottleneck remover (JSAC 2002, V-C): a node with more children over all topics than it may have picks the topic with most of
/// them, in it the child that is farthest, and sends that child to the others, which are measured by it and joined under
/// (<see cref="Mover"/>). Children that have no room themselves are not named; where none has room nothing is moved, and the node serves
/// more than its bound: that is counted and better than trees that are chains.
/// </summary>
internal sealed class BottleneckRemover(ScribeContext context)
{
    /// <summary>How long a child is given to move, in times of what it waits for answers to its questions.</summary>
    private const int MoveTimes = 4;

    /// <summary>Sends on as many children as there are too many, those counted that are on their way.</summary>
    public void Tick()
    {
        int excess = context.Entries.Count - context.Options.MaxEntries;
        if (excess <= 0) return;
        List<TopicNode> topics = [];
        context.Topics.ForEach(topic =>
        {
            if (topic.Children.Count > 1) topics.Add(topic);
            for (int i = 0; i < topic.Children.Count; i++) excess -= topic.Children[i].MovesUntil > context.Now ? 1 : 0;
        });
        topics.Sort(static (a, b) => b.Children.Count.CompareTo(a.Children.Count));
        while (excess > 0 && topics.Exists(TryMove)) excess--;
    }

    private bool TryMove(TopicNode topic)
    {
        if (topic.Children.Farthest(c => !c.AwaitsAnswer && c.MovesUntil <= context.Now) is not { } child) return false;
        ValueList<Candidate> to = topic.Children.Candidates(child.Node.Id, c => c.HasRoom && !c.AwaitsAnswer && c.MovesUntil <= context.Now);
        if (to.Count == 0) return false;
        child.MovesUntil = context.Now + (context.Options.ResendTimeout * MoveTimes);
        context.Report(FactKind.ChildMoved, topic.Id, context.Entries.Count);
        context.Send(new JoinRedirected(topic.Id, child.Nonce, to), child.Node);
        return true;
    }
}
