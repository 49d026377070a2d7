using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Node.Gateway;

/// <summary>Walks a topic's tree: finds the root, then asks everyone for its children, level by level.</summary>
internal sealed class TreeWalker(INodeAccess node, string topic, TimeSpan stepTimeout, int nodesMax)
{
    private const int StepsAtOnce = 16;
    private readonly HashSet<RingId> _met = [];
    private readonly Queue<Step> _open = new();
    private readonly List<TopicTreeNode> _nodes = [];
    private bool _whole = true;
    private bool _truncated;

    /// <exception cref="GatewayRefusalException">Nobody is in the topic's tree.</exception>
    public async Task<TopicTree> WalkAsync(CancellationToken cancellation)
    {
        PlaceDescribed root = await node.AskAsync<PlaceDescribed>(id => new DescribePlace(id, stepTimeout, topic, null), cancellation).ConfigureAwait(false);
        if (!root.IsInTree) throw GatewayRefusalException.NotFound($"nobody subscribes or publishes to {topic}: it has no tree");
        Open(new Step(root.Node, null, 0));
        while (_open.Count > 0)
        {
            List<Task<(Step, Reply)>> steps = [];
            while (steps.Count < StepsAtOnce && _open.TryDequeue(out Step next)) steps.Add(AskAsync(next, cancellation));
            foreach ((Step step, Reply reply) in await Task.WhenAll(steps).ConfigureAwait(false)) Take(step, reply);
        }

        return new TopicTree(
            topic, TopicName.IdOf(topic).ToString(), root.Node.Id.ToString(), (int)_nodes.Sum(static n => n.Subscribers), _nodes.Max(static n => n.Depth), _whole && !_truncated, _truncated, _nodes);
    }

    private async Task<(Step Step, Reply Reply)> AskAsync(Step step, CancellationToken cancellation) =>
        (step, await node.AskAsync(id => new DescribePlace(id, stepTimeout, topic, step.Node), cancellation).ConfigureAwait(false));

    private void Take(Step step, Reply reply)
    {
        if (reply is not PlaceDescribed place)
        {
            _whole = false;
            _nodes.Add(new TopicTreeNode(step.Node.Id.ToString(), step.Node.Address, false, false, null, step.Depth, [], 0, 0, 0, 0, 0, 0));
            return;
        }

        _whole &= place.IsInTree && place.Parent?.Id == step.Parent;
        _nodes.Add(new TopicTreeNode(
            place.Node.Id.ToString(), place.Node.Address, true, place.IsInTree, place.Parent?.Id.ToString(), step.Depth, [.. place.Children.Select(static c => c.Id.ToString())],
            (long)place.Counters.Subscribers, place.Counters.Last, (long)place.Counters.Delivered, (long)place.Counters.Gaps, (long)place.Counters.Duplicates, (long)place.Counters.Entries));
        foreach (NodeHandle child in place.Children) Open(new Step(child, place.Node.Id, step.Depth + 1));
    }

    private void Open(Step step)
    {
        if (_met.Count >= nodesMax) _truncated = true;
        else if (_met.Add(step.Node.Id)) _open.Enqueue(step);
        else _whole = false;
    }

    private readonly record struct Step(NodeHandle Node, RingId? Parent, int Depth);
}
