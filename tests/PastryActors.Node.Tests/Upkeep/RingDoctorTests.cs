using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Upkeep;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Tests.Upkeep;

public sealed class RingDoctorTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HostUpkeep Fine = new(Now.ToUnixTimeMilliseconds(), 5, 100, 0, 0, TimeSpan.FromDays(3), TimeSpan.FromDays(30), false, false);
    private static readonly UpkeepReport Well = new(RepairActivity.Idle, 0, 0, [], RepairTrouble.None, CapacityAdvice.None, Fine);
    private static readonly NodeHandle Left = new(new RingId(50), "127.0.0.1:50", 1);
    private static readonly NodeHandle Right = new(new RingId(60), "127.0.0.1:60", 1);

    private readonly FakeRing _ring = new();

    public static TheoryData<string, string, UpkeepReport> Ills => new()
    {
        { FindingCodes.UnderReplicated, "critical", Well with { UnderReplicated = 3, Examples = [new FileId(new RingId(9), 9)] } },
        { FindingCodes.UnderReplicated, "warning", Well with { UnderReplicated = 3, Repair = RepairActivity.Working } },
        { FindingCodes.NoRoom, "critical", Well with { NoRoom = 1 } },
        { FindingCodes.RepairPaused, "warning", Well with { Repair = RepairActivity.Paused } },
        { FindingCodes.RepairPaused, "warning", Well with { Host = Fine with { ScrubPaused = true } } },
        { FindingCodes.RepairPaused, "warning", Well with { Host = Fine with { StripesPaused = true } } },
        { FindingCodes.ChunksMissing, "warning", Well with { Host = Fine with { ChunksMissing = 3 } } },
        { FindingCodes.StripesLost, "critical", Well with { Host = Fine with { ChunksMissing = 9, StripesLost = 1 } } },
        { FindingCodes.RepairPaused, "warning", Well with { Host = Fine with { CompactionPaused = true } } },
        { FindingCodes.DiskNearlyFull, "warning", Well with { Host = Fine with { UsedBytes = 91 } } },
        { FindingCodes.Quarantined, "warning", Well with { Host = Fine with { Quarantined = 1 } } },
        { FindingCodes.Quarantined, "warning", Well with { Host = Fine with { RottenBytes = 1 } } },
        { FindingCodes.CapacityTooLarge, "info", Well with { Capacity = CapacityAdvice.TooLarge } },
        { FindingCodes.CapacityTooSmall, "info", Well with { Capacity = CapacityAdvice.TooSmall } },
        { FindingCodes.ClockSkew, "warning", Well with { Host = Fine with { UnixMilliseconds = Now.AddSeconds(-40).ToUnixTimeMilliseconds() } } },
        { FindingCodes.ClockSkew, "warning", Well with { Host = Fine with { UnixMilliseconds = long.MaxValue } } },
        { FindingCodes.ScrubOverdue, "warning", Well with { Host = Fine with { ScrubAge = TimeSpan.FromDays(31) } } },
    };

    [Theory]
    [MemberData(nameof(Ills))]
    public void Each_ill_is_named_with_its_cause_and_with_what_to_do(string code, string severity, UpkeepReport report)
    {
        Finding finding = Assert.Single(RingDoctor.Of("abc", report, Now));
        Assert.Equal((code, severity, "abc"), (finding.Code, finding.Severity, finding.Node));
        Assert.NotEmpty(finding.What);
        Assert.NotEmpty(finding.Advice);
    }

    [Fact]
    public void A_node_that_is_well_or_whose_host_said_nothing_yet_is_no_finding()
    {
        Assert.Empty(RingDoctor.Of("abc", Well, Now));
        Assert.Empty(RingDoctor.Of("abc", Well with { Host = HostUpkeep.Unknown }, Now));
    }

    [Fact]
    public async Task The_whole_ring_is_asked_and_who_is_silent_is_said()
    {
        _ring.Status = new NodeStatus { Self = FakeRing.Self, Active = true, LeafSetComplete = true, LeafSetLeft = [new PeerStatus(Left, 1)], LeafSetRight = [new PeerStatus(Right, 1)] };
        _ring.Before = request => request switch
        {
            DescribePeer ask when ask.Peer == Left => new PeerDescribed(ask.Id, Left, true, [Right, FakeRing.Self], [FakeRing.Self]),
            DescribePeer ask => new Failed(ask.Id, FailureCode.TimedOut, "silent"),
            AskUpkeep ask when ask.Peer.Id == Left.Id => new UpkeepTold(ask.Id, Left, Well with { Repair = RepairActivity.Paused, UnderReplicated = 7 }),
            AskUpkeep ask => new UpkeepTold(ask.Id, FakeRing.Self, Well),
            _ => null,
        };
        RingDiagnosis found = await new RingDoctor(_ring, TimeSpan.FromSeconds(1), 100, new FixedTime()).ExamineAsync(TestNode.Deadline);
        Assert.Equal(3, found.NodesAsked);
        Assert.Equal(
            [(FindingCodes.UnderReplicated, Left.Id.ToString()), (FindingCodes.RepairPaused, Left.Id.ToString()), (FindingCodes.NotAnswering, Right.Id.ToString())],
            found.Findings.Select(f => (f.Code, f.Node)));
    }

    [Fact]
    public async Task A_node_alone_says_so()
    {
        _ring.Before = request => request is AskUpkeep ask ? new UpkeepTold(ask.Id, FakeRing.Self, Well) : null;
        RingDiagnosis found = await new RingDoctor(_ring, TimeSpan.FromSeconds(1), 100, new FixedTime()).ExamineAsync(TestNode.Deadline);
        Assert.Equal(FindingCodes.Alone, Assert.Single(found.Findings).Code);
    }

    [Fact]
    public void Every_code_is_in_the_manual_and_the_manual_has_no_other()
    {
        string manual = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "operations.md"));
        string table = manual[manual.IndexOf("| code | severity |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.Equal(FindingCodes.All.Order(), table.Split('\n').Skip(2).Select(line => line.Split('|')[1].Trim()).Order());
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PastryActors.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
