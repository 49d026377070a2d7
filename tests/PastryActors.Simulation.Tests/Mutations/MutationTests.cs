using PastryActors.Core.Driving;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>
/// Checkers that find nothing prove nothing: every deliberate fault must be caught, and the same scenario without a fault must pass.
/// </summary>
public sealed class MutationTests
{
    private static readonly Dictionary<string, Func<INodeCore, INodeCore>> Faults = new()
    {
        [nameof(AcksAndDrops)] = static c => new AcksAndDrops(c),
        [nameof(DeliversAnywhere)] = static c => new DeliversAnywhere(c),
        [nameof(ActiveTooEarly)] = static c => new ActiveTooEarly(c),
        [nameof(NoFailureDetection)] = static c => new NoFailureDetection(c),
        [nameof(RoutesBack)] = static c => new RoutesBack(c),
        [nameof(DeliversTwice)] = static c => new DeliversTwice(c),
        [nameof(SkipsMessages)] = static c => new SkipsMessages(c),
        [nameof(ConfirmsWithoutPublishing)] = static c => new ConfirmsWithoutPublishing(c),
        [nameof(LiesAboutWrites)] = static c => new LiesAboutWrites(c),
        [nameof(NoReplicaRepair)] = static c => new NoReplicaRepair(c),
        [nameof(ServesOtherBytes)] = static c => new ServesOtherBytes(c),
        [nameof(SaysNotFound)] = static c => new SaysNotFound(c),
        [nameof(NeverAdopts)] = static c => new NeverAdopts(c),
        [nameof(DoublesTimers)] = static c => new DoublesTimers(c),
        [nameof(NeverAnswers)] = static c => new NeverAnswers(c),
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
        crash 2
        lookup 100 over=5s
        publish 12 topic=news over=3s
        settle within=2m
        """);

    public static TheoryData<string, string> Expected => new()
    {
        { nameof(AcksAndDrops), "serves" },
        { nameof(DeliversAnywhere), "deliveries" },
        { nameof(ActiveTooEarly), "leafSets" },
        { nameof(NoFailureDetection), "leafSets" },
        { nameof(RoutesBack), "loops" },
        { nameof(DeliversTwice), "topicStreams" },
        { nameof(SkipsMessages), "topicStreams" },
        { nameof(ConfirmsWithoutPublishing), "topicStreams" },
        { nameof(LiesAboutWrites), "files" },
        { nameof(NoReplicaRepair), "files" },
        { nameof(ServesOtherBytes), "files" },
        { nameof(SaysNotFound), "files" },
        { nameof(NeverAdopts), "serves" },
        { nameof(DoublesTimers), "bounds" },
        { nameof(NeverAnswers), "serves" },
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
        ScenarioResult result = ScenarioRun.Run(Life, wrap: (_, core) => Faults[fault](core));
        Assert.True(result.Checks.Any(c => c.Name == check && !c.Ok), $"{fault}: broken are {string.Join("; ", result.Checks.Where(c => !c.Ok).DefaultIfEmpty())}");
    }

    [Fact]
    public void Every_fault_has_its_test() => Assert.Equal(Faults.Keys.Order(), Expected.Select(static e => (string)e[0]).Order());
}
