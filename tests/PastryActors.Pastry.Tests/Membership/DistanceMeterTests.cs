using PastryActors.Core.Driving;
using PastryActors.Pastry.Membership;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Proximity measured, a bounded number at a time (Castro et al. 2002).</summary>
public sealed class DistanceMeterTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_measured_node_enters_table_and_neighbourhood_with_its_distance()
    {
        Assert.Equal(
            [Sent(Peers.Of(0x30), new DistanceProbe(1, IsAnswer: false)), Armed(OverlayTimer.DistanceSweep, Bench.Options.ProbeTimeout)],
            _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30))));
        _bench.Pass(TimeSpan.FromMilliseconds(12));
        Assert.Empty(Answer(0x30, 1));
        Assert.Equal(12_000u, _bench.Context.Table.DistanceAt(Peers.Id(0x30)));
        Assert.Equal([(Peers.Of(0x30), 12_000u)], _bench.Context.Neighbourhood.Nodes);
        Assert.Equal(["measured n30 12"], _bench.Events);
    }

    [Fact]
    public void Who_asks_is_answered_with_its_number() => Assert.Equal(
        [Sent(Peers.Of(1), new DistanceProbe(77, IsAnswer: true))],
        _bench.Do(() => _bench.Meter.OnProbe(Peers.Of(1), new DistanceProbe(77, IsAnswer: false))));

    [Fact]
    public void The_answer_of_another_node_neither_counts_nor_closes_the_question()
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        Assert.Empty(Answer(0x31, 1));
        Assert.Empty(_bench.Events);
        Answer(0x30, 1);
        Assert.Equal(["measured n30 0"], _bench.Events);
    }

    [Fact]
    public void Who_does_not_answer_in_time_is_told_as_never_and_may_be_asked_again()
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        Assert.False(_bench.Meter.Measure(Peers.Of(0x30)));
        _bench.Pass(Bench.Options.ProbeTimeout);
        Assert.Empty(_bench.Do(_bench.Meter.OnSweep));
        Assert.Equal(["measured n30 never"], _bench.Events);
        Assert.Empty(Answer(0x30, 1));
        Assert.Equal(new DistanceProbe(2, IsAnswer: false), _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)))[0].Message);
    }

    [Fact]
    public void A_sweep_too_early_for_some_comes_again_when_their_time_is_up()
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        _bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(_bench.Do(() => _bench.Meter.Measure(Peers.Of(0x31))));
        _bench.Pass(Bench.Options.ProbeTimeout - TimeSpan.FromSeconds(1));
        Assert.Equal([Armed(OverlayTimer.DistanceSweep, TimeSpan.FromSeconds(1))], _bench.Do(_bench.Meter.OnSweep));
    }

    [Fact]
    public void A_late_sweep_takes_nobody_for_silent_whose_answer_may_wait_behind_it()
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        _bench.Pass(TimeSpan.FromSeconds(1));
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x31)));
        _bench.Pass(Bench.Options.ProbeTimeout);
        Assert.Equal([Armed(OverlayTimer.DistanceSweep, TimeSpan.Zero)], _bench.Do(_bench.Meter.OnSweep));
        Assert.Equal(["measured n30 never"], _bench.Events);
        Answer(0x31, 2);
        Assert.Empty(_bench.Do(_bench.Meter.OnSweep));
        Assert.Equal(2, _bench.Events.Count);
    }

    [Fact]
    public void Beyond_the_bounds_wishes_wait_and_then_are_dropped_and_counted()
    {
        for (int i = 0; i < DistanceMeter.OpenMax; i++) Assert.NotEmpty(_bench.Do(() => _bench.Meter.Measure(Peers.Of(i))));
        var random = new RandomSource(1);
        for (int i = 0; i < DistanceMeter.WaitingMax; i++) Assert.Empty(_bench.Do(() => Assert.True(_bench.Meter.Measure(Peers.Random(random)))));
        Assert.Equal(
            [Noted(FactKind.Dropped, Peers.Id(0xff), DistanceMeter.WaitingMax)],
            _bench.Do(() => Assert.False(_bench.Meter.Measure(Peers.Of(0xff)))));
        Assert.Equal(new DistanceProbe(DistanceMeter.OpenMax + 1, IsAnswer: false), Assert.Single(Answer(0, 1)).Message);
    }

    [Fact]
    public void A_candidate_fills_an_empty_place_before_it_is_measured_but_pushes_nobody_out()
    {
        _bench.Do(() => _bench.Meter.Consider(Peers.Of(0x30)));
        Assert.Equal(Peers.Of(0x30), _bench.Context.Table.Find(Peers.Id(0x30)));
        Answer(0x30, 1);
        Assert.NotEmpty(_bench.Do(() => _bench.Meter.Consider(Peers.Of(0x31))));
        Assert.Equal(Peers.Of(0x30), _bench.Context.Table.Find(Peers.Id(0x31)));
        Assert.Empty(_bench.Do(() => _bench.Meter.Consider(Peers.Of(0x30))));
        Assert.Empty(_bench.Do(() => _bench.Meter.Consider(Bench.Self)));
    }

    [Fact]
    public void A_candidate_whose_distance_is_known_takes_its_place_in_the_tables_unasked()
    {
        _bench.WithEntries(0x30);
        _bench.Context.Trips.Measured(Peers.Id(0x31), TimeSpan.FromMicroseconds(999), _bench.Now);
        Assert.Empty(_bench.Do(() => _bench.Meter.Consider(Peers.Of(0x31))));
        Assert.Equal(Peers.Of(0x31), _bench.Context.Table.Find(Peers.Id(0x31)));
        Assert.Equal([(Peers.Of(0x31), 999u)], _bench.Context.Neighbourhood.Nodes);
        Assert.Empty(_bench.Events);
    }

    [Fact]
    public void The_answer_to_a_node_that_could_be_nearer_than_the_entry_in_its_place_asks_back()
    {
        _bench.Context.IsActive = true;
        Assert.Equal([Sent(Peers.Of(0x30), new DistanceProbe(77, IsAnswer: true, 1, PastryActors.Pastry.Tables.RoutingTable.Unmeasured))], Question(0x30));
        _bench.WithEntries(0x40);
        Assert.Equal([Sent(Peers.Of(0x41), new DistanceProbe(77, IsAnswer: true, 2, 1000))], Question(0x41));
        Assert.Equal([Sent(Peers.Of(0x40), new DistanceProbe(77, IsAnswer: true))], Question(0x40));
    }

    [Fact]
    public void The_answer_to_a_question_asked_back_fills_the_tables_and_nobody_else_can_give_it()
    {
        _bench.Context.IsActive = true;
        Question(0x30);
        _bench.Pass(TimeSpan.FromMilliseconds(7));
        Answer(0x31, 1);
        Assert.Null(_bench.Context.Table.Find(Peers.Id(0x30)));
        Answer(0x30, 1);
        Assert.Equal(7_000u, _bench.Context.Table.DistanceAt(Peers.Id(0x30)));
        Assert.Empty(_bench.Events);
    }

    [Theory]
    [InlineData(12_001, true)]
    [InlineData(12_000, false)]
    [InlineData(0, false)]
    public void A_question_asked_back_is_answered_by_who_is_near_enough_alone(int belowMicros, bool answered)
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        _bench.Pass(TimeSpan.FromMilliseconds(12));
        var answer = new DistanceProbe(1, IsAnswer: true, 9, (uint)belowMicros);
        Effect[] expected = answered ? [Sent(Peers.Of(0x30), new DistanceProbe(9, IsAnswer: true))] : [];
        Assert.Equal(expected, _bench.Do(() => _bench.Meter.OnProbe(Peers.Of(0x30), answer)));
    }

    [Fact]
    public void A_node_asked_already_is_not_asked_again_before_a_rest()
    {
        _bench.Do(() => _bench.Meter.Measure(Peers.Of(0x30)));
        Answer(0x30, 1);
        Assert.Empty(_bench.Do(() => Assert.False(_bench.Meter.Measure(Peers.Of(0x30)))));
        _bench.Meter.Trim();
        Assert.NotEmpty(_bench.Do(() => Assert.True(_bench.Meter.Measure(Peers.Of(0x30)))));
    }

    private Effect[] Question(int from) => _bench.Do(() => _bench.Meter.OnProbe(Peers.Of(from), new DistanceProbe(77, IsAnswer: false)));

    private Effect[] Answer(int from, ulong sequence) => _bench.Do(() => _bench.Meter.OnProbe(Peers.Of(from), new DistanceProbe(sequence, IsAnswer: true)));
}
