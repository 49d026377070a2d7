using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Workers;

public sealed class SimDiskTests
{
    private static readonly FileId A = new(new RingId(1), 0);
    private static readonly FileId B = new(new RingId(2), 0);
    private static readonly SimDiskOptions Disk = new() { CapacityBytes = 1000, WriteLatency = Toys.Milliseconds(2), ReadLatency = Toys.Milliseconds(1) };
    private long _lastId;

    [Fact]
    public void A_write_is_answered_when_its_latency_is_over_and_can_be_read_then()
    {
        (SimWorld world, SimNode node) = World(Disk);
        var content = new VirtualContent(100, new Hash256(1, 2));
        Submit(world, node, Write(A, content));
        world.Run(Toys.AtMilliseconds(1.9));
        Assert.Empty(node.Toy().Bodies<WorkResult>());
        world.Run(Toys.AtMilliseconds(2));
        Assert.Equal(new StoreChanged(1, A, StoreStatus.Done), node.Toy().Bodies<StoreChanged>().Single());
        Submit(world, node, new StoreRead(2, A, MetaOnly: false), new StoreRead(3, A, MetaOnly: true), new StoreRead(4, B, MetaOnly: true));
        world.RunFor(Toys.Milliseconds(1));
        Assert.Equal(
            [new(2, A, StoreStatus.Done, Meta, content), new(3, A, StoreStatus.Done, Meta, null), new(4, B, StoreStatus.NotFound, default, null)],
            node.Toy().Bodies<StoreGot>());
    }

    [Fact]
    public void A_second_write_finds_the_first_and_one_beyond_the_capacity_is_refused()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(996)), Write(A, Content(5)), Write(B, Content(1)));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Exists, StoreStatus.Full], node.Toy().Bodies<StoreChanged>().Select(c => c.Status));
        Assert.Equal(1000, node.Disk!.UsedBytes);
    }

    [Fact]
    public void A_crash_keeps_what_was_acknowledged_and_loses_what_was_under_way()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(Toys.Milliseconds(2));
        Submit(world, node, Write(B, Content(10)));
        world.RunFor(Toys.Milliseconds(1));
        world.Restart(node);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new StoreEntry(A, 7, 10), Assert.Single(node.Toy().Begun.Stored));
        Assert.Empty(node.Toy().Seen);
        Assert.False(node.Disk!.Contains(B));
    }

    [Fact]
    public void An_interrupted_write_may_survive_without_anybody_knowing()
    {
        (SimWorld world, SimNode node) = World(Disk with { InterruptedWriteSurvives = 1 });
        Submit(world, node, Write(A, Content(10)));
        world.Run(default);
        world.Restart(node);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(node.Toy().Begun.Stored);
        Assert.Empty(node.Toy().Seen);
    }

    [Fact]
    public void A_node_that_comes_back_without_its_disk_has_nothing()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(TimeSpan.FromSeconds(1));
        world.Restart(node, keepDisk: false);
        Assert.Empty(node.Toy().Begun.Stored);
    }

    [Fact]
    public void A_rotten_object_is_found_corrupt_once_and_is_gone_then()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(node.Disk!.Rot(A));
        Assert.False(node.Disk.Rot(B));
        Submit(world, node, new StoreRead(2, A, false), new StoreRead(3, A, false));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Corrupt, StoreStatus.NotFound], node.Toy().Bodies<StoreGot>().Select(g => g.Status));
        Assert.Equal(0, node.Disk.UsedBytes);
    }

    [Fact]
    public void A_removal_may_leave_a_tombstone_even_of_what_was_never_there()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Blob grave = new byte[] { 9, 9 };
        Submit(world, node, Write(A, Content(10)), new StoreRemove(2, A, 0, default), new StoreRemove(3, A, 0, default), new StoreRemove(4, B, 5, grave));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Done, StoreStatus.NotFound, StoreStatus.Done], node.Toy().Bodies<StoreChanged>().Select(c => c.Status));
        Assert.Equal(new StoreEntry(B, 5, 0), Assert.Single(node.Disk!.List()));
        Assert.Equal(2, node.Disk.UsedBytes);
    }

    [Fact]
    public void A_failing_disk_says_so_and_changes_nothing()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(TimeSpan.FromSeconds(1));
        node.Disk!.IsFailing = true;
        Submit(world, node, Write(B, Content(10)), new StoreRemove(2, A, 0, default), new StoreRead(3, A, true));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Failed, StoreStatus.Failed], node.Toy().Bodies<StoreChanged>().Select(c => c.Status));
        Assert.Equal(StoreStatus.Failed, node.Toy().Bodies<StoreGot>().Single().Status);
        Assert.True(node.Disk.Contains(A));
        Assert.False(node.Disk.Contains(B));
    }

    [Fact]
    public void A_write_that_a_crash_tears_is_listed_and_found_corrupt_when_it_is_read()
    {
        (SimWorld world, SimNode node) = World(Disk with { InterruptedWriteSurvives = 1, InterruptedWriteTorn = 1 });
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(TimeSpan.FromSeconds(1));
        Submit(world, node, Write(B, Content(10)));
        world.Run(world.Now);
        world.Restart(node);
        Assert.Equal(2, node.Toy().Begun.Stored.Count);
        Submit(world, node, new StoreRead(9, A, false), new StoreRead(10, B, false));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Corrupt], node.Toy().Bodies<StoreGot>().Select(g => g.Status));
    }

    [Fact]
    public void A_full_disk_refuses_writes_and_goes_on_reading_and_removing()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.RunFor(TimeSpan.FromSeconds(1));
        node.Disk!.IsFull = true;
        Submit(world, node, Write(B, Content(10)), new StoreRead(8, A, false), new StoreRemove(9, A, 0, default));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Full, StoreStatus.Done], node.Toy().Bodies<StoreChanged>().Select(c => c.Status));
        Assert.Equal(StoreStatus.Done, node.Toy().Bodies<StoreGot>().Single().Status);
        Assert.Equal((0, 0L), (node.Disk.ContentCount, node.Disk.ContentBytes));
    }

    [Fact]
    public void Bytes_queue_for_the_bandwidth_while_latencies_overlap()
    {
        (SimWorld world, SimNode node) = World(Disk with { CapacityBytes = 10_000, BytesPerSecond = 1004 });
        Submit(world, node, Write(A, Content(1000)), Write(B, Content(1000)));
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([Toys.AtMilliseconds(1002), Toys.AtMilliseconds(2002)], node.Toy().Times(NodeEventKind.WorkDone));
    }

    [Fact]
    public void A_node_that_stops_in_order_has_its_disk_finish()
    {
        (SimWorld world, SimNode node) = World(Disk);
        Submit(world, node, Write(A, Content(10)));
        world.Stop(node, new Do(900, outbox => outbox.Reply(new Told(900, "bye"))), TimeSpan.FromSeconds(1));
        world.Run(default);
        Assert.False(node.IsUp);
        Assert.True(node.Disk!.Contains(A));
    }

    private static readonly Blob Meta = new byte[] { 1, 2, 3, 4 };

    private static VirtualContent Content(int length) => new(length, default);

    private StoreWrite Write(FileId id, VirtualContent content) => new(++_lastId, id, 7, Meta, content);

    private static (SimWorld World, SimNode Node) World(SimDiskOptions disk)
    {
        var world = new SimWorld(1, new SimOptions { Disk = disk });
        return (world, world.AddToy());
    }

    private static void Submit(SimWorld world, SimNode node, params Work[] works) =>
        world.Do(node, outbox => Array.ForEach(works, outbox.Do));
}
