using PastryActors.Core.Driving;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.World;

public sealed class MailboxTests
{
    private readonly SimWorld _world = new(1, new SimOptions { MailboxCapacity = 5, Latency = new ConstantLatency(Toys.Milliseconds(10)) });
    private readonly SimNode[] _nodes;

    public MailboxTests() => _nodes = _world.AddToys(2);

    [Fact]
    public void A_slow_node_takes_its_events_one_after_the_other()
    {
        _world.RunFor(default);
        _world.Slow(_nodes[1], Toys.Milliseconds(3));
        for (int i = 0; i < 3; i++) _world.Ping(_nodes[0], _nodes[1], i);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2], _nodes[1].Toy().Pings());
        Assert.Equal([Toys.AtMilliseconds(10), Toys.AtMilliseconds(13), Toys.AtMilliseconds(16)], _nodes[1].Toy().Times(NodeEventKind.Received));
    }

    [Fact]
    public void A_stalled_node_takes_in_order_what_waited_when_its_stall_is_over()
    {
        _world.Stall(_nodes[1], Toys.Milliseconds(100));
        _world.Do(_nodes[1], outbox => outbox.Schedule(new NodeTimer(0, 1), Toys.Milliseconds(1)));
        for (int i = 0; i < 3; i++) _world.Ping(_nodes[0], _nodes[1], i);
        _world.At(Toys.AtMilliseconds(90), () => _world.Ping(_nodes[0], _nodes[1], 3));
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2, 3], _nodes[1].Toy().Pings());
        Assert.All(_nodes[1].Toy().Times(NodeEventKind.Received), at => Assert.Equal(Toys.AtMilliseconds(100), at));
        Assert.Equal([Toys.AtMilliseconds(101)], _nodes[1].Toy().Times(NodeEventKind.TimerFired));
    }

    [Fact]
    public void What_comes_at_the_very_end_of_a_stall_takes_its_turn_behind_what_waited()
    {
        _world.Do(_nodes[1], outbox => outbox.Schedule(new NodeTimer(0, 1), Toys.Milliseconds(100)));
        _world.RunFor(default);
        _world.Stall(_nodes[1], Toys.Milliseconds(100));
        _world.Ping(_nodes[0], _nodes[1], 1);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [NodeEventKind.Requested, NodeEventKind.Received, NodeEventKind.TimerFired],
            _nodes[1].Toy().Seen.Select(s => s.Happened.Kind));
    }

    [Fact]
    public void A_full_mailbox_drops_messages_and_counts_them_but_never_drops_a_timer()
    {
        _world.Do(_nodes[1], outbox => outbox.Schedule(new NodeTimer(0, 1), Toys.Milliseconds(50)));
        _world.RunFor(default);
        _world.Stall(_nodes[1], Toys.Milliseconds(100));
        for (int i = 0; i < 8; i++) _world.Ping(_nodes[0], _nodes[1], i);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2, 3, 4], _nodes[1].Toy().Pings());
        Assert.Equal(3, _world.Counters.LostBy(LossReason.MailboxFull));
        Assert.Equal([Toys.AtMilliseconds(100)], _nodes[1].Toy().Times(NodeEventKind.TimerFired));
    }

    [Fact]
    public void A_crash_empties_the_mailbox_and_ends_the_slowness()
    {
        _world.Stall(_nodes[1], Toys.Milliseconds(100));
        _world.Ping(_nodes[0], _nodes[1], 1);
        _world.At(Toys.AtMilliseconds(50), () => _world.Restart(_nodes[1]));
        _world.At(Toys.AtMilliseconds(60), () => _world.Ping(_nodes[0], _nodes[1], 2));
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([2], _nodes[1].Toy().Pings());
        Assert.Equal([Toys.AtMilliseconds(70)], _nodes[1].Toy().Times(NodeEventKind.Received));
    }
}
