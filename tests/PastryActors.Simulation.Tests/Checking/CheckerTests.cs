using PastryActors.Core.Driving;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Checking;

public sealed class CheckerTests
{
    [Fact]
    public void Checkers_hear_every_fact_with_its_time_and_conclude_at_the_end()
    {
        var world = new SimWorld(1);
        var checker = new NoLoss();
        var counts = new FactCounts();
        world.Listen(checker);
        world.Listen(counts);
        SimNode node = world.AddToy();
        world.At(Toys.AtMilliseconds(5), () => world.Do(node, outbox => outbox.Report(new Fact(FactKind.RouteLost, default, 3))));
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new CheckResult("no loss", false, "1 lost, first at 5 ms, on 1 nodes"), Assert.Single(world.Conclude()));
        Assert.Equal((1, 3), (counts.Count(FactKind.RouteLost), counts.Sum(FactKind.RouteLost)));
        Assert.Equal(1, counts.Count(FactKind.RingFounded));
        Assert.Equal(0, counts.Count(FactKind.Dropped));
        Assert.Equal(2, world.Counters.Facts);
    }

    [Fact]
    public void A_listener_may_crash_the_node_and_the_rest_of_its_effects_is_not_done()
    {
        var world = new SimWorld(1);
        SimNode[] nodes = world.AddToys(2);
        world.Listen(new Killer(world));
        world.Do(nodes[0], outbox =>
        {
            outbox.Send(nodes[1].Handle, new Ping(1));
            outbox.Report(new Fact(FactKind.Alone));
            outbox.Send(nodes[1].Handle, new Ping(2));
        });
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(nodes[0].IsUp);
        Assert.Equal([1], nodes[1].Toy().Pings());
    }

    private sealed class NoLoss : IChecker
    {
        private readonly List<Instant> _lost = [];

        public string Name => "no loss";

        public void Observe(SimNode node, in Fact fact, Instant now)
        {
            if (fact.Kind == FactKind.RouteLost) _lost.Add(now);
        }

        public CheckResult Conclude(SimWorld world) =>
            new(Name, _lost.Count == 0, $"{_lost.Count} lost, first at {(_lost[0] - default(Instant)).TotalMilliseconds} ms, on {world.Nodes.Count} nodes");
    }

    private sealed class Killer(SimWorld world) : IFactListener
    {
        public void Observe(SimNode node, in Fact fact, Instant now)
        {
            if (fact.Kind == FactKind.Alone) world.Crash(node);
        }
    }
}
