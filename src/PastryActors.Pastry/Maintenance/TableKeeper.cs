using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Maintenance;

/// <summary>
/// Keeps the three tables good: after a join the second stage (Middleware 2001, section 2.4), then now and then one entry of every
/// row is asked for its row (Castro et al. 2002), a neighbour for its neighbourhood, a leaf for its leaf set; a hole that a failure
/// left is filled from the same row or a deeper one (Middleware 2001, section 2.5). Whoever does not answer is suspected.
/// </summary>
internal sealed class TableKeeper(NodeContext node, Prober prober, DistanceMeter meter)
{
    /// <summary>Entries of each row asked in the second stage of a join: two find nearly all that all would, at an eighth of the cost.</summary>
    private const int SecondStageSamples = 2;

    /// <summary>Marks a request for a row of which only a hole is to be filled.</summary>
    private const ulong HoleTag = 1;

    /// <summary>Nodes asked and not yet heard of; more than the rows of any table.</summary>
    private const int AskedMax = 64;

    private readonly List<NodeHandle> _asked = [];
    private bool _checking;

    public void Start()
    {
        node.Schedule(OverlayTimer.LeafSetMaintenance, node.Random.Jitter(node.Options.LeafSetMaintenancePeriod));
        node.Schedule(OverlayTimer.TableMaintenance, node.Random.Jitter(node.Options.TableMaintenancePeriod));
        node.Schedule(OverlayTimer.NeighbourhoodMaintenance, node.Random.Jitter(node.Options.NeighbourhoodMaintenancePeriod));
    }

    /// <summary>
    /// The node just became a member: look for nearer entries than the way here offered. The search for a near node refined the first
    /// row already; and of deep rows, where a place has hardly two nodes to choose from, others know none that are nearer.
    /// </summary>
    public void SecondStage()
    {
        foreach (NodeHandle leaf in node.Leafs.Members()) meter.Consider(leaf);
        foreach (NodeHandle entry in node.Table.All().ToArray()) meter.Consider(entry);
        for (int row = 1; row < node.Table.RowCount && NodesPerPlace(row) >= 2; row++)
        {
            List<NodeHandle> entries = [.. node.Table.Row(row)];
            for (int i = 0; i < SecondStageSamples && entries.Count > 0; i++)
            {
                int pick = node.Random.Next(entries.Count);
                Ask(entries[pick], StatePart.Row, row);
                entries.RemoveAt(pick);
            }
        }
    }

    public void OnTableTick()
    {
        node.Schedule(OverlayTimer.TableMaintenance, node.Random.Jitter(node.Options.TableMaintenancePeriod));

        // Who joined next to this node measured it, and was not measured: one probe for each new neighbour.
        foreach (NodeHandle leaf in node.Leafs.Snapshot) meter.Consider(leaf);
        foreach (NodeHandle entry in node.Table.All().ToArray()) meter.Consider(entry);
        for (int row = 0; row < node.Table.RowCount; row++) AskOneOf(row);
    }

    public void OnNeighbourhoodTick()
    {
        node.Schedule(OverlayTimer.NeighbourhoodMaintenance, node.Random.Jitter(node.Options.NeighbourhoodMaintenancePeriod));
        if (node.Neighbourhood.Nodes.Count == 0) return;
        Ask(node.Neighbourhood.Nodes[node.Random.Next(node.Neighbourhood.Nodes.Count)].Node, StatePart.Neighbourhood, 0);
    }

    /// <summary>An exchange tells both ends: whoever was asked lately need not ask.</summary>
    public void OnLeafSetTick()
    {
        node.Schedule(OverlayTimer.LeafSetMaintenance, node.Random.Jitter(node.Options.LeafSetMaintenancePeriod));
        if (node.Now - prober.ComparedAt < node.Options.LeafSetMaintenancePeriod * 0.8) return;
        List<NodeHandle> members = [.. node.Leafs.Members()];
        if (members.Count > 0) prober.Probe(members[node.Random.Next(members.Count)]);
    }

    /// <summary>A node failed: if it left a hole in the table, ask those who may know a successor, if there is likely to be one.</summary>
    public void OnFailed(RingId id)
    {
        if (node.Table.Find(id) is not null) return;
        int row = node.Self.Id.SharedPrefixLength(id, node.Options.DigitBits);
        if (NodesPerPlace(row) < 1) return;
        for (int from = row; from < node.Table.RowCount; from++)
        {
            if (Sample(from) is not { } entry) continue;
            Ask(entry, StatePart.Row, row, HoleTag);
            return;
        }
    }

    public void OnState(NodeHandle from, StateReply reply)
    {
        _asked.RemoveAll(a => a.Id == from.Id);
        foreach (NodeHandle candidate in reply.Nodes)
        {
            if (prober.HasFailed(candidate)) continue;
            if (reply.Tag != HoleTag || node.Table.Find(candidate.Id) is null) meter.Consider(candidate);
        }
    }

    /// <summary>Whoever was asked a probe's time ago and did not answer is suspected.</summary>
    public void OnCheck()
    {
        _checking = false;
        foreach (NodeHandle silent in _asked.ToArray()) prober.Suspect(silent);
        _asked.Clear();
    }

    /// <summary>How many nodes of the ring fit into a place of the row.</summary>
    private double NodesPerPlace(int row) => RingEstimate.Nodes(node.Leafs) / Math.Pow(1 << node.Options.DigitBits, row + 1);

    private void AskOneOf(int row)
    {
        if (Sample(row) is { } entry) Ask(entry, StatePart.Row, row);
    }

    private NodeHandle? Sample(int row)
    {
        List<NodeHandle> entries = [.. node.Table.Row(row)];
        return entries.Count == 0 ? null : entries[node.Random.Next(entries.Count)];
    }

    private void Ask(NodeHandle target, StatePart part, int row, ulong tag = 0)
    {
        node.Send(target, new StateRequest(part, row, tag));
        if (_asked.Count < AskedMax) _asked.Add(target);
        if (_checking) return;
        _checking = true;
        node.Schedule(OverlayTimer.MaintenanceCheck, node.Options.ProbeTimeout);
    }
}
