using PastryActors.Core.Driving;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>The rules of streams, each broken on purpose and caught by the checker whose duty it is; and what two nodes that lie cannot do.</summary>
public sealed class ChannelMutationTests
{
    private static readonly Dictionary<string, Func<SimNode, INodeCore, INodeCore>> Faults = new()
    {
        [nameof(ServesEverybody)] = static (_, c) => new ServesEverybody(c),
        [nameof(ServesEveryStripe)] = static (_, c) => new ServesEveryStripe(c),
        [nameof(SkipsBlocks)] = static (_, c) => new SkipsBlocks(c),
        [nameof(HidesGaps)] = static (_, c) => new HidesGaps(c),
        [nameof(GivesOtherBytes)] = static (_, c) => new GivesOtherBytes(c),
        [nameof(ForwardsNothing)] = static (_, c) => new ForwardsNothing(c),
    };

    [Theory]
    [InlineData(nameof(ServesEverybody), "forwarding", 17)]
    [InlineData(nameof(ServesEveryStripe), "forest", 64)]
    [InlineData(nameof(SkipsBlocks), "channelStreams", 24)]
    [InlineData(nameof(HidesGaps), "channelStreams", 24)]
    [InlineData(nameof(GivesOtherBytes), "channelStreams", 24)]
    [InlineData(nameof(ForwardsNothing), "blocksDelivered", 24)]
    public void A_broken_rule_is_caught_by_the_checker_whose_duty_it_is(string fault, string check, int offer)
    {
        // Who serves more than its table says is for the checker that counts at the network, and not for the one that asks for tables.
        ScenarioResult result = ScenarioRun.Run(Channel(offer, looks: check != "forwarding"), wrap: Faults[fault]);
        Assert.True(result.Checks.Any(c => c.Name == check && !c.Ok), $"{fault}: broken are {string.Join("; ", result.Checks.Where(c => !c.Ok).DefaultIfEmpty())}");
    }

    [Theory]
    [InlineData(17)]
    [InlineData(24)]
    [InlineData(64)]
    public void Without_a_fault_every_check_holds(int offer)
    {
        ScenarioResult result = ScenarioRun.Run(Channel(offer, looks: true));
        Assert.True(result.Ok, $"{result.FirstFailure}");
    }

    /// <summary>A node forwards one stripe: so two that forge whatever they forward take two pieces of each block from their readers, and no block.</summary>
    [Fact]
    public void Two_nodes_that_forge_all_that_they_forward_cost_nobody_a_block()
    {
        Scenario honest = ScenarioReader.Read("forged", """
            nodes 60
            past enabled=no
            streams offer=64
            join all over=4s
            whole within=1m
            watch 40 channel=live over=2s
            +10s forest channel=live
            stream 50 channel=live over=5s
            +5s wait
            check blocksLost = 0
            """);
        ScenarioResult result = ScenarioRun.Run(honest, wrap: static (node, c) => node.Index is 21 or 34 ? new ForgesPieces(c) : c);
        Assert.True(result.Ok, $"{result.FirstFailure}");
    }

    private static Scenario Channel(int offer, bool looks) => ScenarioReader.Read("channel", $"""
        nodes 40
        past enabled=no
        streams offer={offer}
        join all over=4s
        whole within=1m
        watch 25 channel=live over=2s
        +10s {(looks ? "forest channel=live" : "wait")}
        stream 50 channel=live over=5s
        +5s stream 60 channel=live over=6s meanwhile
        +1s mute 3 channel=live
        +2s mute 0 channel=live
        +15s wait
        check blocksDelivered >= 1800
        """);
}
