using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Repair;

public sealed class SteeredRepairTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_paused_node_fetches_nothing_keeps_what_is_to_be_done_and_does_it_when_it_goes_on()
    {
        TestRing ring = Filled(6, 30);
        TestNode poor = Emptied(ring);
        RepairStatus paused = Steer(ring, poor, paused: true);
        Assert.Equal(RepairActivity.Paused, paused.Activity);
        ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.Empty(poor.Disk);
        RepairStatus waiting = poor.Past.Status().Repair;
        Assert.InRange(waiting.UnderReplicated, 5, 30);
        Assert.Equal(waiting.Waiting, waiting.UnderReplicated);
        Assert.NotEmpty(waiting.Examples);
        Assert.Equal(RepairActivity.Working, Steer(ring, poor, paused: false).Activity);
        ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(waiting.UnderReplicated, poor.Disk.Count);
        Assert.Equal((RepairActivity.Idle, 0), (poor.Past.Status().Repair.Activity, poor.Past.Status().Repair.UnderReplicated));
    }

    [Fact]
    public void A_pause_that_outlives_the_queue_loses_nothing()
    {
        TestRing ring = Filled(4, 60, TestRing.Fast with { PointersMax = 5 });
        TestNode poor = Emptied(ring, out int had);
        Steer(ring, poor, paused: true);
        ring.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(5, poor.Past.Status().Repair.Waiting);
        Steer(ring, poor, paused: false);
        ring.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(had, poor.Disk.Count);
    }

    [Fact]
    public void Bytes_a_second_are_what_the_operator_says_and_can_be_changed_under_way()
    {
        TestRing ring = Filled(4, 40, contentBytes: 10_000);
        TestNode poor = Emptied(ring, out int had);
        Steer(ring, poor, bytesPerSecond: 11_024);
        ring.RunFor(TimeSpan.FromSeconds(10));

        // One object, with its certificate counted, takes a second.
        Assert.InRange(poor.Disk.Count, 8, 12);
        Assert.Equal(RepairActivity.Throttled, poor.Past.Status().Repair.Activity);
        Steer(ring, poor, bytesPerSecond: 1 << 30);
        ring.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(had, poor.Disk.Count);
    }

    [Fact]
    public void Users_requests_go_first_and_repair_still_goes_on()
    {
        TestRing ring = Filled(4, 40, TestRing.Fast with { RepairWindow = 8 });
        TestNode poor = Emptied(ring);
        Steer(ring, poor, paused: true);
        ring.RunFor(TimeSpan.FromSeconds(5));
        int open = 0, most = 0;
        ring.OnTheWay = p =>
        {
            if (p.Message is FetchRequest && p.From.Id == poor.Self.Id) most = Math.Max(most, ++open);
            if (p.Message is ObjectAnswer && p.To.Id == poor.Self.Id) open--;
            return p.Message is StoreRequest && p.From.Id == poor.Self.Id ? null : p;
        };
        for (int i = 0; i < 20; i++)
        {
            var content = Make.Content($"users {i}");
            ObjectCertificate certificate = Make.File($"users {i}", content);
            Assert.True(poor.Past.OnRequest(new InsertObject(1000 + i, Timeout, certificate, content, false)));
        }

        Assert.Equal(RepairActivity.Yielding, Steer(ring, poor, paused: false).Activity);
        ring.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(2, most);
        Assert.True(poor.Past.Status().Repair.Restored > 5);
    }

    [Fact]
    public void What_cannot_be_had_is_said_with_its_reason_until_it_can()
    {
        TestRing ring = Filled(4, 12);
        TestNode poor = Emptied(ring);
        ring.OnTheWay = p => p.Message is FetchRequest && p.From.Id == poor.Self.Id ? null : p;
        ring.RunFor(TimeSpan.FromSeconds(30));
        RepairStatus status = poor.Past.Status().Repair;
        Assert.True(status.Failed > 0);
        Assert.Contains("gave", status.LastError, StringComparison.Ordinal);
        FileId missing = status.Examples[0];
        UpkeepTold told = ring.Ask<UpkeepTold>(ring.Nodes[0], id => new AskUpkeep(id, Timeout, poor.Self, missing));
        Assert.Contains(told.Report.Trouble, (RepairTrouble[])[RepairTrouble.Waiting, RepairTrouble.NobodyGaveIt]);
        Assert.Equal(poor.Self, told.Node);
        ring.OnTheWay = p => p;
        ring.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(0, poor.Past.Status().Repair.UnderReplicated);
        Assert.Equal(RepairTrouble.None, ring.Ask<UpkeepTold>(ring.Nodes[0], id => new AskUpkeep(id, Timeout, poor.Self, missing)).Report.Trouble);
    }

    [Fact]
    public void A_node_tells_others_what_its_host_noted_with_the_clock_gone_on()
    {
        var ring = new TestRing(3);
        TestNode told = ring.Nodes[1];
        var host = new HostUpkeep(1_000_000, 5, 7, 2, 3, TimeSpan.FromDays(3), TimeSpan.FromDays(30), true, false);
        ring.Ask<UpkeepNoted>(told, id => new NoteUpkeep(id, Timeout, host));
        ring.RunFor(TimeSpan.FromSeconds(9));
        HostUpkeep heard = ring.Ask<UpkeepTold>(ring.Nodes[0], id => new AskUpkeep(id, Timeout, told.Self)).Report.Host;
        Assert.InRange(heard.UnixMilliseconds, 1_009_000, 1_009_100);
        Assert.Equal(host, heard with { UnixMilliseconds = host.UnixMilliseconds });
        Assert.Equal(heard with { UnixMilliseconds = 0 }, ring.Ask<UpkeepTold>(told, id => new AskUpkeep(id, Timeout, told.Self)).Report.Host with { UnixMilliseconds = 0 });
    }

    [Fact]
    public void A_node_that_does_not_answer_is_said_to_be_silent()
    {
        var ring = new TestRing(3);
        ring.OnTheWay = p => p.Message is UpkeepMessage ? null : p;
        Assert.Equal(FailureCode.TimedOut, ((Failed)ring.Ask(ring.Nodes[0], id => new AskUpkeep(id, Timeout, ring.Nodes[1].Self))).Code);
    }

    private static RepairStatus Steer(TestRing ring, TestNode node, bool? paused = null, long? bytesPerSecond = null) =>
        ring.Ask<RepairSteered>(node, id => new SteerRepair(id, Timeout, paused, bytesPerSecond, null)).Status;

    private static TestRing Filled(int nodes, int objects, PastOptions? options = null, int contentBytes = 10)
    {
        var ring = new TestRing(nodes, options ?? TestRing.Fast);
        for (int i = 0; i < objects; i++)
        {
            var content = Make.Content($"{i}".PadLeft(contentBytes));
            ObjectCertificate certificate = Make.File($"file {i}", content);
            ring.Ask<ObjectInserted>(ring.Nodes[i % nodes], id => new InsertObject(id, Timeout, certificate, content, false));
        }

        return ring;
    }

    private static TestNode Emptied(TestRing ring) => Emptied(ring, out _);

    /// <summary>A node whose disk was lost, just started again.</summary>
    private static TestNode Emptied(TestRing ring, out int had)
    {
        TestNode node = ring.Nodes[2];
        had = node.Disk.Count;
        ring.Kill(node);
        node.Disk.Clear();
        ring.Restart(node);
        return node;
    }
}
