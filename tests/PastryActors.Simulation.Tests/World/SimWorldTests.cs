using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.World;

public sealed class SimWorldTests
{
    private readonly SimWorld _world = new(1);

    [Fact]
    public void A_timer_comes_back_once_when_its_delay_is_over_and_never_before()
    {
        SimNode node = _world.AddToy();
        TimeSpan[] delays = [TimeSpan.FromDays(3), default, Toys.Milliseconds(3), TimeSpan.FromTicks(1), Toys.Milliseconds(-5), TimeSpan.FromSeconds(40), TimeSpan.MaxValue];
        _world.At(Toys.AtMilliseconds(10), () => _world.Do(node, outbox =>
        {
            for (int i = 0; i < delays.Length; i++) outbox.Schedule(new NodeTimer(0, 1, i), delays[i]);
        }));
        _world.RunFor(TimeSpan.FromDays(4));
        (Instant, long)[] fired = [.. node.Toy().Seen.Where(s => s.Happened.Kind == NodeEventKind.TimerFired).Select(s => (s.At, s.Happened.Timer.Argument))];
        Instant set = Toys.AtMilliseconds(10);
        Assert.Equal([(set, 1), (set, 4), (set + delays[3], 3), (set + delays[2], 2), (set + delays[5], 5), (set + delays[0], 0)], fired);
    }

    [Fact]
    public void Timers_do_not_outlive_the_core_that_set_them()
    {
        SimNode node = _world.AddToy();
        _world.Do(node, outbox => outbox.Schedule(new NodeTimer(0, 1), Toys.Milliseconds(10)));
        _world.RunFor(Toys.Milliseconds(5));
        _world.Restart(node);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(node.Toy().Seen);
    }

    [Fact]
    public void A_restart_raises_the_incarnation_and_may_change_the_address()
    {
        SimNode[] nodes = _world.AddToys(2);
        NodeHandle first = nodes[0].Handle;
        _world.Restart(nodes[0]);
        Assert.Equal(first with { Incarnation = 2 }, nodes[0].Handle);
        _world.Restart(nodes[0], newAddress: true);
        Assert.True(nodes[0].Handle.Supersedes(first));
        Assert.NotEqual(first.Address, nodes[0].Handle.Address);
        _world.Do(nodes[1], outbox => outbox.Send(first, new Ping(1)));
        _world.Do(nodes[1], outbox => outbox.Send(nodes[0].Handle with { Incarnation = 1 }, new Ping(2)));
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([2], nodes[0].Toy().Pings());
        Assert.Equal(first, nodes[1].Toy().Seen[^1].Happened.From);
    }

    [Fact]
    public void Every_start_has_a_seed_of_its_own()
    {
        SimNode[] nodes = _world.AddToys(2);
        ulong[] seeds = [nodes[0].Toy().Begun.Seed, nodes[1].Toy().Begun.Seed, 0];
        _world.Restart(nodes[0]);
        seeds[2] = nodes[0].Toy().Begun.Seed;
        Assert.Distinct(seeds);
    }

    [Fact]
    public void A_node_may_be_made_from_its_handle_and_a_seed_under_a_given_id()
    {
        SimNode node = _world.AddNode((self, seed) => new ToyCore(new NodeStart(null!, self, seed, default, default, default)), new RingId(9));
        Assert.Equal(new RingId(9), node.Core!.Self.Id);
        Assert.Equal(node.Handle, node.Core.Self);
    }

    [Fact]
    public void Replies_are_collected_by_request_and_strays_are_counted()
    {
        SimNode[] nodes = _world.AddToys(2);
        SimAsk ask = _world.Ask(nodes[0], new Do(7, outbox =>
        {
            outbox.Reply(new Told(7, "one"));
            outbox.Reply(new Told(7, "two"));
            outbox.Reply(new Told(8, "stray"));
        }));
        Assert.False(ask.IsAnswered);
        SimAsk same = _world.Ask(nodes[1], new Do(7, _ => { }));
        Assert.Throws<InvalidOperationException>(() => _world.Ask(nodes[1], new Do(7, _ => { })));
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new Told(7, "one"), new Told(7, "two")], ask.Replies);
        Assert.Equal(default, ask.AnsweredAt);
        Assert.Null(same.Last);
        Assert.Equal(1, _world.Counters.StrayReplies);
    }

    [Fact]
    public void A_node_that_does_not_answer_its_leave_is_taken_away_after_the_grace()
    {
        SimNode[] nodes = _world.AddToys(2);
        SimAsk ask = _world.Stop(nodes[0], new Do(1, outbox => outbox.Send(nodes[1].Handle, new Ping(9))), TimeSpan.FromSeconds(2));
        _world.Run(Toys.AtMilliseconds(1999));
        Assert.True(nodes[0].IsUp);
        _world.Run(Toys.AtMilliseconds(2000));
        Assert.False(nodes[0].IsUp);
        Assert.False(ask.IsAnswered);
        Assert.Equal([9], nodes[1].Toy().Pings());
    }

    [Fact]
    public void Run_until_stops_at_the_event_that_makes_it_hold_or_at_the_deadline()
    {
        SimNode[] nodes = _world.AddToys(2);
        _world.Ping(nodes[0], nodes[1]);
        _world.At(Toys.AtMilliseconds(30), () => { });
        Assert.True(_world.RunUntil(() => nodes[1].Toy().Seen.Count > 0, Toys.AtMilliseconds(1000)));
        Assert.Equal(Toys.AtMilliseconds(20), _world.Now);
        Assert.False(_world.RunUntil(() => false, Toys.AtMilliseconds(1000)));
        Assert.Equal(Toys.AtMilliseconds(1000), _world.Now);
        Assert.True(_world.RunUntil(() => _world.Now >= Toys.AtMilliseconds(1500), Toys.AtMilliseconds(3000), every: Toys.Milliseconds(400)));
        Assert.Equal(Toys.AtMilliseconds(1800), _world.Now);
        Assert.False(_world.RunUntil(() => false, Toys.AtMilliseconds(2000), every: Toys.Milliseconds(150)));
        Assert.Equal(Toys.AtMilliseconds(2000), _world.Now);
        Assert.False(_world.Step());
    }

    [Fact]
    public void To_run_for_ever_ends_when_nothing_is_left_to_happen()
    {
        SimNode[] nodes = _world.AddToys(2);
        _world.Ping(nodes[0], nodes[1]);
        _world.Run(Instant.Never);
        Assert.Equal(Toys.AtMilliseconds(20), _world.Now);
        Assert.Equal(0, _world.Waiting);
    }

    [Fact]
    public void Nobody_runs_the_world_from_inside()
    {
        _world.At(default, () => _world.RunFor(TimeSpan.FromSeconds(1)));
        Assert.Throws<InvalidOperationException>(() => _world.Run(default));
    }

    [Fact]
    public void A_node_of_another_world_is_refused()
    {
        _world.AddToy();
        SimNode stranger = new SimWorld(2).AddToy();
        Assert.Throws<ArgumentException>(() => _world.Crash(stranger));
    }

    [Fact]
    public void A_fault_of_a_core_ends_the_run_and_tells_the_seed()
    {
        var world = new SimWorld(99);
        SimNode node = world.AddToy();
        world.Do(node, _ => throw new InvalidDataException("torn"));
        var failure = Assert.Throws<SimulationFailedException>(() => world.Run(default));
        Assert.Equal(99UL, failure.Seed);
        Assert.IsType<InvalidDataException>(failure.InnerException);
        Assert.Contains("torn (seed 99, at 00:00:00)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_that_does_not_end_the_run_starts_the_core_anew_without_its_effects()
    {
        var world = new SimWorld(1, new SimOptions { FaultsEndRun = false });
        SimNode[] nodes = world.AddToys(2);
        world.Do(nodes[0], outbox =>
        {
            outbox.Send(nodes[1].Handle, new Ping(1));
            throw new InvalidDataException("torn");
        });
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(2u, nodes[0].Core!.Self.Incarnation);
        Assert.Empty(nodes[1].Toy().Seen);
        Assert.Equal(1, world.Counters.CoreFaults);
    }

    [Fact]
    public void A_core_that_fails_whenever_it_starts_does_not_hold_the_time()
    {
        var world = new SimWorld(1, new SimOptions { FaultsEndRun = false, RestartAfterFault = TimeSpan.FromSeconds(2) });
        SimNode node = world.AddNode((self, _) => new Stillborn(self));
        world.RunFor(TimeSpan.FromSeconds(9));
        Assert.Equal(5, world.Counters.CoreFaults);
        Assert.False(node.IsUp);
    }

    [Fact]
    public void A_latency_that_would_turn_time_back_ends_the_run()
    {
        var world = new SimWorld(1, new SimOptions { Latency = new ConstantLatency(TimeSpan.FromTicks(-1)) });
        SimNode[] nodes = world.AddToys(2);
        world.Ping(nodes[0], nodes[1]);
        Assert.Throws<SimulationFailedException>(() => world.Run(default));
    }

    [Fact]
    public void An_answer_can_be_awaited_for_a_while()
    {
        SimNode node = _world.AddToy();
        Assert.Equal(new Told(1, "yes"), _world.Await(_world.Ask(node, new Do(1, outbox => outbox.Reply(new Told(1, "yes")))), TimeSpan.FromSeconds(1)));
        SimAsk silent = _world.Do(node, _ => { });
        Assert.Null(_world.Await(silent, TimeSpan.FromSeconds(1)));
        Assert.Equal(Toys.AtMilliseconds(1000), _world.Now);
    }

    [Fact]
    public void A_message_costs_no_allocation_but_its_own()
    {
        SimNode[] nodes = [.. Enumerable.Range(0, 2).Select(_ => _world.AddNode((self, _) => new Echo(self)))];
        _world.Ask(nodes[0], new Serve(2, nodes[1].Handle));
        _world.RunFor(TimeSpan.FromSeconds(10));
        long before = GC.GetAllocatedBytesForCurrentThread();
        long delivered = _world.Counters.Delivered;
        _world.RunFor(TimeSpan.FromSeconds(1000));
        Assert.Equal(50_000, _world.Counters.Delivered - delivered);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    /// <summary>Sends the first ball.</summary>
    private sealed record Serve(long Id, NodeHandle To) : Request(Id, TimeSpan.FromSeconds(1));

    private sealed class Echo(NodeHandle self) : INodeCore
    {
        private static readonly Ping Ball = new(0);

        public NodeHandle Self => self;

        public void Start(Instant now, Outbox outbox)
        {
        }

        public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
        {
            if (happened.Body is Serve serve) outbox.Send(serve.To, Ball);
            if (happened.Kind == NodeEventKind.Received) outbox.Send(happened.From!, Ball);
        }
    }

    private sealed class Stillborn(NodeHandle self) : INodeCore
    {
        public NodeHandle Self => self;

        public void Start(Instant now, Outbox outbox) => throw new InvalidDataException("torn");

        public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
        {
        }
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_with_the_reason()
    {
        var refused = Assert.Throws<ArgumentException>(() => new SimWorld(1, new SimOptions { MessageLoss = 1.5 }));
        Assert.Contains("message loss", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SimWorld(1, new SimOptions { JitterMax = TimeSpan.FromHours(1) }));
        Assert.Throws<ArgumentException>(() => new SimWorld(1, new SimOptions { Duplication = double.NaN }));
    }
}
