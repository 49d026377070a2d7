using PastryActors.Core.Wire;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.World;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_seed_gives_the_same_run(bool encode) => Assert.Equal(Trace(1, encode), Trace(1, encode));

    [Fact]
    public void Another_seed_gives_another_run() => Assert.NotEqual(Trace(1, encode: false), Trace(2, encode: false));

    [Fact]
    public void Everything_that_differs_shows_in_the_trace() =>
        Assert.NotEqual(Trace(1, encode: false), Trace(1, encode: false, (world, nodes) => world.Ping(nodes[3], nodes[4])));

    private static (ulong Trace, string Counters) Trace(ulong seed, bool encode, Action<SimWorld, SimNode[]>? change = null)
    {
        var world = new SimWorld(seed, new SimOptions
        {
            Latency = new PlaneLatency(seed, TimeSpan.FromMilliseconds(80)),
            JitterMax = TimeSpan.FromMilliseconds(30),
            MessageLoss = 0.02,
            ConnectionBreak = 0.01,
            Codec = encode ? new WireCodec(Ping.Schema) : null,
        });
        SimNode[] nodes = [.. Enumerable.Range(0, 50).Select(i => i is 3 or 4 ? world.AddToy() : world.AddNode(start => new GossipCore(start, world.Nodes)))];
        world.Network.CutBetween(Toys.AtMilliseconds(3000), Toys.AtMilliseconds(6000), nodes.Take(20));
        world.At(Toys.AtMilliseconds(4000), () => world.Crash(nodes[7]));
        world.At(Toys.AtMilliseconds(8000), () => world.Restart(nodes[7], newAddress: true));
        world.At(Toys.AtMilliseconds(8500), () => world.Slow(nodes[8], TimeSpan.FromMilliseconds(200)));
        world.RunFor(TimeSpan.FromSeconds(10));
        change?.Invoke(world, nodes);
        world.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(world.Counters.Delivered > 1000 && world.Counters.Lost > 50);
        return (world.TraceValue, world.Counters.ToString());
    }
}
