using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// The figures of the paper about trees (JSAC 2002, section V): children tables and entries of the nodes, delay of a message against
/// IP multicast, and what the links of the network carry. IP multicast is taken as the union of the shortest paths from the root.
/// </summary>
internal sealed class TreeFigures
{
    private readonly SimRing _ring;
    private readonly ILinkTopology? _links;
    private readonly int[] _tables;
    private readonly int[] _entries;
    private readonly List<double> _meanDelayRatios = [];
    private readonly List<double> _greatestDelayRatios = [];
    private readonly Dictionary<long, (int Tree, int Multicast)> _stress = [];

    private TreeFigures(SimRing ring)
    {
        _ring = ring;
        _links = ring.World.Options.Latency as ILinkTopology;
        _tables = new int[ring.World.Nodes.Count];
        _entries = new int[ring.World.Nodes.Count];
    }

    public static void AddTo(Figures figures, SimRing ring, TopicTrees trees)
    {
        var seen = new TreeFigures(ring);
        foreach ((RingId topic, Dictionary<int, TopicStatus> nodes) in trees.Topics) seen.See(topic, nodes);
        seen.Write(figures, trees.Topics.Count);
    }

    private void See(RingId topic, Dictionary<int, TopicStatus> nodes)
    {
        if (_ring.Index.Closest(topic, SimRing.IsActive) is not { } root || !nodes.ContainsKey(root.Index)) return;
        Dictionary<int, TimeSpan> delays = Delays(nodes, root.Index);
        List<int> receivers = [.. delays.Keys.Where(n => n != root.Index && nodes.TryGetValue(n, out TopicStatus? s) && s.Subscribers > 0)];
        foreach ((int node, TopicStatus status) in nodes)
        {
            if (status.Children.Count == 0) continue;
            _tables[node]++;
            _entries[node] += status.Children.Count;
        }

        if (receivers.Count > 0) SeeDelays(root.Index, delays, receivers);
        if (_links is not null) SeeMulticast(_links, root.Index, receivers);
    }

    /// <summary>When a message that leaves the root reaches each node of its tree.</summary>
    private Dictionary<int, TimeSpan> Delays(Dictionary<int, TopicStatus> nodes, int root)
    {
        Dictionary<int, TimeSpan> delays = new() { [root] = TimeSpan.Zero };
        var reached = new Queue<int>([root]);
        while (reached.TryDequeue(out int parent))
        {
            if (!nodes.TryGetValue(parent, out TopicStatus? status)) continue;
            foreach (NodeHandle child in status.Children)
            {
                if (_ring.Index.Find(child.Id) is not { } node || !delays.TryAdd(node.Index, delays[parent] + _ring.World.Options.Latency.OneWay(parent, node.Index))) continue;
                if (_links is not null) Carry(_links, parent, node.Index);
                reached.Enqueue(node.Index);
            }
        }

        return delays;
    }

    private void SeeDelays(int root, Dictionary<int, TimeSpan> delays, List<int> receivers)
    {
        double[] direct = [.. receivers.Select(r => _ring.World.Options.Latency.OneWay(root, r).TotalSeconds)];
        double[] tree = [.. receivers.Select(r => delays[r].TotalSeconds)];
        if (direct.Max() <= 0) return;
        _meanDelayRatios.Add(tree.Average() / direct.Average());
        _greatestDelayRatios.Add(tree.Max() / direct.Max());
    }

    private void Carry(ILinkTopology links, int from, int to)
    {
        List<long> path = [];
        links.AddPath(from, to, path);
        foreach (long link in path) _stress[link] = _stress.GetValueOrDefault(link) is var s ? (s.Tree + 1, s.Multicast) : default;
    }

    private void SeeMulticast(ILinkTopology links, int root, List<int> receivers)
    {
        List<long> path = [];
        foreach (int receiver in receivers) links.AddPath(root, receiver, path);
        foreach (long link in path.Distinct()) _stress[link] = _stress.GetValueOrDefault(link) is var s ? (s.Tree, s.Multicast + 1) : default;
    }

    private void Write(Figures figures, int topics)
    {
        SimNode[] live = [.. _ring.Live];
        figures["topics"] = topics;
        figures["childrenTablesMean"] = live.Average(n => _tables[n.Index]);
        figures["childrenTablesMedian"] = Median(live.Select(n => (double)_tables[n.Index]));
        figures["childrenTablesMax"] = live.Max(n => _tables[n.Index]);
        figures["childrenEntriesMean"] = live.Average(n => _entries[n.Index]);
        figures["childrenEntriesMedian"] = Median(live.Select(n => (double)_entries[n.Index]));
        figures["childrenEntriesMax"] = live.Max(n => _entries[n.Index]);
        figures["meanDelayRatioMedian"] = Median(_meanDelayRatios);
        figures["meanDelayRatioMax"] = _meanDelayRatios.DefaultIfEmpty(double.NaN).Max();
        figures["greatestDelayRatioMedian"] = Median(_greatestDelayRatios);
        figures["greatestDelayRatioMax"] = _greatestDelayRatios.DefaultIfEmpty(double.NaN).Max();
        if (_stress.Count == 0) return;
        figures["linkMessages"] = _stress.Values.Sum(static s => (long)s.Tree);
        figures["linkMessagesRatio"] = _stress.Values.Sum(static s => (double)s.Tree) / Math.Max(1, _stress.Values.Sum(static s => (long)s.Multicast));
        figures["linkStressMaxRatio"] = (double)_stress.Values.Max(static s => s.Tree) / Math.Max(1, _stress.Values.Max(static s => s.Multicast));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
