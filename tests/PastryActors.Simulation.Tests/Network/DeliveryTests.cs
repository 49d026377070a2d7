using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Network;

public sealed class DeliveryTests
{
    [Fact]
    public void A_message_takes_the_latency_and_names_its_sender()
    {
        var world = new SimWorld(1, new SimOptions { Latency = new ConstantLatency(Toys.Milliseconds(7)) });
        SimNode[] nodes = world.AddToys(2);
        world.Ping(nodes[0], nodes[1], 5);
        world.Run(Toys.AtMilliseconds(6.999));
        Assert.Empty(nodes[1].Toy().Seen);
        world.Run(Toys.AtMilliseconds(7));
        (Instant at, NodeEvent happened) = Assert.Single(nodes[1].Toy().Seen);
        Assert.Equal(Toys.AtMilliseconds(7), at);
        Assert.Equal(nodes[0].Handle, happened.From);
        Assert.Equal(new Ping(5), happened.Body);
    }

    [Fact]
    public void Messages_of_a_lane_keep_their_order_whatever_the_jitter()
    {
        var world = new SimWorld(2, new SimOptions { JitterMax = TimeSpan.FromMilliseconds(400), MessageLoss = 0.2 });
        SimNode[] nodes = world.AddToys(2);
        for (int i = 0; i < 2000; i++)
        {
            int number = i;
            world.At(Toys.AtMilliseconds(i), () => world.Ping(nodes[0], nodes[1], number));
        }

        world.RunFor(TimeSpan.FromSeconds(10));
        int[] numbers = [.. nodes[1].Toy().Pings()];
        Assert.InRange(numbers.Length, 1400, 1800);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(2000 - numbers.Length, world.Counters.LostBy(LossReason.Chance));
    }

    [Fact]
    public void A_seed_without_an_id_means_whoever_lives_at_the_address()
    {
        var world = new SimWorld(1);
        SimNode[] nodes = world.AddToys(2);
        world.Do(nodes[0], outbox => outbox.Send(new NodeHandle(default, nodes[1].Handle.Address, 0), new Ping(1)));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(nodes[0].Handle, Assert.Single(nodes[1].Toy().Seen).Happened.From);
    }

    [Theory]
    [InlineData("sim-1", true)]
    [InlineData("sim-7", false)]
    [InlineData("sim-99999999999999999999", false)]
    [InlineData("sim-", false)]
    [InlineData("elsewhere:9000", false)]
    [InlineData("", false)]
    public void Nobody_or_somebody_else_at_the_address_is_a_failed_link(string address, bool otherId)
    {
        var world = new SimWorld(1);
        SimNode[] nodes = world.AddToys(2);
        var stranger = new NodeHandle(otherId ? new RingId(77) : nodes[1].Id, address, 1);
        world.Do(nodes[0], outbox => outbox.Send(stranger, new Ping(1)));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(nodes[1].Toy().Seen);
        Assert.Equal(stranger, nodes[0].Toy().Seen[^1].Happened.From);
        Assert.Equal(NodeEventKind.LinkFailed, nodes[0].Toy().Seen[^1].Happened.Kind);
        Assert.Equal(1, world.Counters.LostBy(LossReason.NobodyThere));
    }

    [Fact]
    public void A_node_that_dies_while_a_message_is_under_way_does_not_get_it_in_its_next_life()
    {
        var world = new SimWorld(1);
        SimNode[] nodes = world.AddToys(2);
        NodeHandle meant = nodes[1].Handle;
        world.Ping(nodes[0], nodes[1]);
        world.At(Toys.AtMilliseconds(10), () => world.Restart(nodes[1]));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(nodes[1].Toy().Seen);
        Assert.Equal(meant, nodes[0].Toy().Seen[^1].Happened.From);
    }

    [Fact]
    public void Without_hints_only_silence_tells_of_a_dead_node()
    {
        var world = new SimWorld(1, new SimOptions { LinkFailedAfter = null });
        SimNode[] nodes = world.AddToys(2);
        world.Crash(nodes[1]);
        world.Ping(nodes[0], nodes[1]);
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Empty(nodes[0].Toy().Times(NodeEventKind.LinkFailed));
        Assert.Equal(1, world.Counters.LostBy(LossReason.NobodyThere));
    }

    [Fact]
    public void A_broken_connection_loses_the_message_and_tells_the_sender()
    {
        var world = new SimWorld(1, new SimOptions { ConnectionBreak = 1 });
        SimNode[] nodes = world.AddToys(2);
        world.Ping(nodes[0], nodes[1]);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(nodes[1].Toy().Seen);
        Assert.Single(nodes[0].Toy().Times(NodeEventKind.LinkFailed));
        Assert.Equal(1, world.Counters.LostBy(LossReason.Break));
    }

    [Fact]
    public void Duplication_delivers_twice()
    {
        var world = new SimWorld(1, new SimOptions { Duplication = 1 });
        SimNode[] nodes = world.AddToys(2);
        world.Ping(nodes[0], nodes[1], 3);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([3, 3], nodes[1].Toy().Pings());
    }

    [Fact]
    public void A_message_to_oneself_comes_at_once_but_not_within_the_event_that_sent_it()
    {
        var world = new SimWorld(1, new SimOptions { MessageLoss = 1 });
        SimNode node = world.AddToy();
        world.Ping(node, node, 4);
        world.Run(default);
        Assert.Equal([4], node.Toy().Pings());
        Assert.Equal(2, node.Toy().Seen.Count);
    }

    [Fact]
    public void Content_queues_for_the_bandwidth_of_the_bulk_lane_and_heartbeats_do_not()
    {
        var world = new SimWorld(1, new SimOptions { Latency = new ConstantLatency(default), BulkBytesPerSecond = 1000 });
        SimNode[] nodes = world.AddToys(2);
        var content = new VirtualContent(500, default);
        world.Do(nodes[0], outbox =>
        {
            outbox.Send(nodes[1].Handle, new Ping(1), Lane.Bulk, content);
            outbox.Send(nodes[1].Handle, new Ping(2), Lane.Bulk, content);
            outbox.Send(nodes[1].Handle, new Ping(3));
        });
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([3, 1, 2], nodes[1].Toy().Pings());
        Assert.Equal([default, Toys.AtMilliseconds(500), Toys.AtMilliseconds(1000)], nodes[1].Toy().Times(NodeEventKind.Received));
        Assert.Same(content, nodes[1].Toy().Seen[^1].Happened.Content);
        Assert.Equal(1000, world.Counters.ContentBytes);
    }

    [Fact]
    public void With_a_codec_messages_arrive_as_they_were_read_from_their_bytes()
    {
        var world = new SimWorld(1, new SimOptions { Codec = new WireCodec(Ping.Schema) });
        SimNode[] nodes = world.AddToys(2);
        var sent = new Ping(300);
        world.Do(nodes[0], outbox => outbox.Send(nodes[1].Handle, sent));
        world.RunFor(TimeSpan.FromSeconds(1));
        object received = nodes[1].Toy().Seen[0].Happened.Body!;
        Assert.Equal(sent, received);
        Assert.NotSame(sent, received);
        Assert.Equal(3, world.Counters.WireBytes);
    }

    [Fact]
    public void A_codec_that_forgets_a_field_ends_the_run_with_the_seed()
    {
        var world = new SimWorld(4711, new SimOptions { Codec = new WireCodec(Ping.Schema, Forgetful.Schema) });
        SimNode node = world.AddToy();
        world.Do(node, outbox => outbox.Send(node.Handle, new Forgetful(1, 2)));
        var failure = Assert.Throws<SimulationFailedException>(() => world.Run(default));
        Assert.Contains("Lost = 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("seed 4711", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_the_codec_does_not_know_ends_the_run()
    {
        var world = new SimWorld(1, new SimOptions { Codec = new WireCodec(Ping.Schema) });
        SimNode node = world.AddToy();
        world.Do(node, outbox => outbox.Send(node.Handle, new Forgetful(1, 0)));
        Assert.Throws<SimulationFailedException>(() => world.Run(default));
    }
}
