using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>The search for a near member to join through (Castro et al. 2002, section 4.2).</summary>
public sealed class SeedSearchTests
{
    private readonly Bench _bench = new();
    private readonly List<NodeHandle> _found = [];

    public SeedSearchTests() => _bench.Search.Found = _found.Add;

    [Fact]
    public void It_goes_from_the_nearest_leaf_down_the_rows_of_ever_nearer_nodes_and_ends_when_none_is_nearer()
    {
        Begin(member: 1, depth: 2, leafs: 2);
        Measured(2, milliseconds: 30);
        Assert.Equal((Peers.Of(2), new StateRequest(StatePart.Row, 1, 1)), Asked(Measured(1, milliseconds: 40)));
        Row(from: 2, tag: 1, 3);
        Assert.Equal((Peers.Of(3), new StateRequest(StatePart.Row, 0, 2)), Asked(Measured(3, milliseconds: 20)));
        Effect[] none = Row(from: 3, tag: 2, 2);
        Assert.Empty(none);
        Assert.Equal([Peers.Of(3)], _found);
        Assert.False(_bench.Search.IsRunning);
    }

    [Fact]
    public void A_row_that_was_not_asked_for_or_comes_from_another_is_not_looked_at()
    {
        Begin(member: 1, depth: 1);
        Measured(1, milliseconds: 40);
        Assert.Empty(Row(from: 1, tag: 9, 3));
        Assert.Empty(Row(from: 2, tag: 1, 3));
        Assert.NotEmpty(Row(from: 1, tag: 1, 3));
    }

    [Fact]
    public void Candidates_that_do_not_answer_are_done_without()
    {
        Begin(member: 1, depth: 1, leafs: 2);
        Measured(1, milliseconds: 40);
        _bench.Pass(Bench.Options.ProbeTimeout);
        Assert.Equal((Peers.Of(1), new StateRequest(StatePart.Row, 0, 1)), Asked(_bench.Do(_bench.Meter.OnSweep)));
    }

    [Fact]
    public void Of_a_large_leaf_set_a_sample_is_measured()
    {
        Effect[] effects = Begin(1, 1, [.. Enumerable.Range(2, 30)]);
        Assert.Equal(9, effects.Count(e => e.Body is DistanceProbe));
    }

    [Fact]
    public void Of_a_row_that_only_leads_on_a_sample_is_measured_and_the_first_row_whole()
    {
        Begin(member: 1, depth: 2);
        Measured(1, milliseconds: 1);
        int[] sampled = Peers.Names(Row(from: 1, tag: 1, [.. Enumerable.Range(2, 30)]).Where(e => e.Body is DistanceProbe).Select(e => e.To!));
        Assert.Equal(8, sampled.Length);
        _bench.Pass(TimeSpan.FromMilliseconds(2));
        for (int i = 0; i < sampled.Length; i++)
        {
            var answer = new DistanceProbe((ulong)i + 2, IsAnswer: true);
            _bench.Do(() => _bench.Meter.OnProbe(Peers.Of(sampled[i]), answer));
        }

        Assert.Equal(12, Row(from: 1, tag: 2, [.. Enumerable.Range(0x60, 12)]).Count(e => e.Body is DistanceProbe));
    }

    [Fact]
    public void The_first_row_is_gone_through_twice_more_at_the_most_however_much_nearer_each_step_comes()
    {
        Begin(member: 1, depth: 1);
        Measured(1, milliseconds: 50);
        for (int step = 1; step <= 3; step++)
        {
            Assert.Empty(_found);
            Row(from: step, (ulong)step, step + 1);
            Measured(step + 1, milliseconds: 50 - step);
        }

        Assert.Equal([Peers.Of(4)], _found);
    }

    [Fact]
    public void In_a_ring_that_its_leaf_sets_do_not_hold_the_rows_too_deep_to_be_near_are_left_out()
    {
        // Neighbours 2^120 apart: 256 nodes, whose second row reaches farther than the sample of the leaf set.
        StateReply leafs = new(StatePart.LeafSet, 0, 0, true, 30, [.. Peers.All(0x3f, 0x3e)], [.. Peers.All(0x41, 0x42)]);
        _bench.Do(() => _bench.Search.Begin(Peers.Of(0x40), leafs));
        foreach (int leaf in new[] { 0x3f, 0x3e, 0x41, 0x42 }) Measured(leaf, milliseconds: 50);
        Assert.Equal((Peers.Of(0x40), new StateRequest(StatePart.Row, 0, 1)), Asked(Measured(0x40, milliseconds: 40)));
    }

    [Fact]
    public void A_search_that_was_stopped_finds_nothing()
    {
        Begin(member: 1, depth: 1);
        _bench.Search.Stop();
        Assert.Empty(Measured(1, milliseconds: 40));
        Assert.Empty(_found);
    }

    private static (NodeHandle, Core.Wire.Message) Asked(Effect[] effects)
    {
        Effect sent = Assert.Single(effects, e => e.Kind == EffectKind.Send);
        return (sent.To!, sent.Message);
    }

    private Effect[] Begin(int member, int depth, params int[] leafs) =>
        _bench.Do(() => _bench.Search.Begin(Peers.Of(member), new StateReply(StatePart.LeafSet, 0, 0, true, depth, [.. Peers.All(leafs)], [])));

    private Effect[] Row(int from, ulong tag, params int[] nodes) =>
        _bench.Do(() => _bench.Search.OnRow(Peers.Of(from), new StateReply(StatePart.Row, 0, tag, true, 1, [.. Peers.All(nodes)], [])));

    private Effect[] Measured(int node, int milliseconds)
    {
        _bench.Context.Trips.Measured(Peers.Id(node), TimeSpan.FromMilliseconds(milliseconds), _bench.Now);
        return _bench.Do(() => _bench.Search.OnMeasured(Peers.Of(node), TimeSpan.FromMilliseconds(milliseconds)));
    }
}
