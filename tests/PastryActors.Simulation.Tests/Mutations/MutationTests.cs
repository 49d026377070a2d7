using PastryActors.Core.Driving;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>
/// Checkers that find nothing prove nothing: every deliberate fault must be caught, and the same scenario without a fault must pass.
/// </summary>
public sealed class MutationTests
{
    private static readonly Dictionary<string, Func<SimNode, INodeCore, INodeCore>> Faults = new()
    {
        [nameof(AcksAndDrops)] = static (_, c) => new AcksAndDrops(c),
        [nameof(DeliversAnywhere)] = static (_, c) => new DeliversAnywhere(c),
        [nameof(WrongTieBreak)] = static (_, c) => new WrongTieBreak(c),
        // The first nodes are a ring without fault: those that join it are active before it knows of them.
        [nameof(ActiveTooEarly)] = static (node, c) => node.Index < 12 ? c : new ActiveTooEarly(c),
        [nameof(NeverReroutes)] = static (_, c) => new NeverReroutes(c),
        [nameof(NoFailureDetection)] = static (_, c) => new NoFailureDetection(c),
        [nameof(RoutesBack)] = static (_, c) => new RoutesBack(c),
        [nameof(DeliversTwice)] = static (_, c) => new DeliversTwice(c),
        [nameof(SkipsMessages)] = static (_, c) => new SkipsMessages(c),
        [nameof(ConfirmsWithoutPublishing)] = static (_, c) => new ConfirmsWithoutPublishing(c),
        [nameof(LiesAboutWrites)] = static (_, c) => new LiesAboutWrites(c),
        [nameof(OneReplicaTooFew)] = static (_, c) => new OneReplicaTooFew(c),
        [nameof(NoReplicaRepair)] = static (_, c) => new NoReplicaRepair(c),
        [nameof(ServesOtherBytes)] = static (_, c) => new ServesOtherBytes(c),
        [nameof(SaysNotFound)] = static (_, c) => new SaysNotFound(c),
        [nameof(TakesItselfForRoot)] = static (_, c) => new TakesItselfForRoot(c),
        [nameof(GoesInACircle)] = static (_, c) => new GoesInACircle(c),
        [nameof(NeverAdopts)] = static (_, c) => new NeverAdopts(c),
        [nameof(DoublesTimers)] = static (_, c) => new DoublesTimers(c),
        [nameof(NeverAnswers)] = static (_, c) => new NeverAnswers(c),
        [nameof(NeverRests)] = static (_, c) => new NeverRests(c),
        [nameof(BelievesSignatures)] = static (_, c) => new BelievesSignatures(c),
    };

    private static readonly Scenario Life = ScenarioReader.Read("life", """
        nodes 40
        topology plane 60ms
        join 12
        whole within=1m
        lookup 300 over=10s meanwhile
        join all over=8s
        whole within=1m
        insert 20 over=2s
        subscribe 6 topic=news
        publish 12 topic=news over=3s
        read 20 over=2s
        settle within=1m
        measure
        crash 2
        lookup 100 over=5s
        phase name=crashed
        publish 12 topic=news over=3s
        lie all kind=messages for=10s
        publish 60 topic=news over=10s
        settle within=2m
        check crashed.lostLookups = 0
        """);

    public static TheoryData<string, string> Expected => new()
    {
        { nameof(AcksAndDrops), "serves" },
        { nameof(DeliversAnywhere), "deliveries" },
        { nameof(WrongTieBreak), "deliveries" },
        { nameof(ActiveTooEarly), "deliveries" },
        { nameof(NeverReroutes), "crashed.lostLookups" },
        { nameof(NoFailureDetection), "leafSets" },
        { nameof(RoutesBack), "loops" },
        { nameof(DeliversTwice), "topicStreams" },
        { nameof(SkipsMessages), "topicStreams" },
        { nameof(ConfirmsWithoutPublishing), "topicStreams" },
        { nameof(LiesAboutWrites), "files" },
        { nameof(OneReplicaTooFew), "files" },
        { nameof(NoReplicaRepair), "files" },
        { nameof(ServesOtherBytes), "files" },
        { nameof(SaysNotFound), "files" },
        { nameof(TakesItselfForRoot), "topicTrees" },
        { nameof(GoesInACircle), "topicTrees" },
        { nameof(NeverAdopts), "serves" },
        { nameof(DoublesTimers), "bounds" },
        { nameof(NeverAnswers), "serves" },
        { nameof(NeverRests), "cores" },
        { nameof(BelievesSignatures), "topicStreams" },
    };

    [Fact]
    public void Without_a_fault_every_check_holds()
    {
        ScenarioResult result = ScenarioRun.Run(Life);
        Assert.True(result.Ok, $"{result.FirstFailure}");
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void A_deliberate_fault_is_caught_by_the_checker_whose_duty_it_is(string fault, string check)
    {
        ScenarioResult result = ScenarioRun.Run(Life, wrap: Faults[fault]);
        Assert.True(result.Checks.Any(c => c.Name == check && !c.Ok), $"{fault}: broken are {string.Join("; ", result.Checks.Where(c => !c.Ok).DefaultIfEmpty())}");
    }

    [Fact]
    public void What_a_node_says_that_it_stores_is_held_against_its_disk()
    {
        ScenarioResult result = ScenarioRun.Run(Life, wrap: Faults[nameof(LiesAboutWrites)]);
        Assert.Contains(result.Checks, static c => c is { Name: "storage", Ok: false });
    }

    [Theory]
    [InlineData(nameof(TakesItselfForRoot))]
    [InlineData(nameof(GoesInACircle))]
    public void A_tree_that_delivers_and_is_none_is_caught_by_the_checker_of_trees_alone(string fault)
    {
        ScenarioResult result = ScenarioRun.Run(Life, wrap: Faults[fault]);
        Assert.Equal(["topicTrees"], result.Checks.Where(c => !c.Ok && c.Name != "crashed.lostLookups").Select(c => c.Name));
    }

    [Fact]
    public void Every_fault_has_its_test() => Assert.Equal(Faults.Keys.Order(), Expected.Select(static e => (string)e[0]).Order());
}
