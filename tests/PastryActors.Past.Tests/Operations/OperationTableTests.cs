using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Tests.Operations;

public sealed class OperationTableTests
{
    private readonly FakeHost _host = new(new RingId(1));
    private readonly PastContext _context;

    public OperationTableTests() => _context = new PastContext(_host, new PastOptions(), new Catalog(), Keys.Of("node"), 1);

    [Fact]
    public void One_timer_for_the_earliest_serves_all()
    {
        Probe late = Open(50), early = Open(10), middle = Open(30);
        Assert.Equal([TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(10)], _host.Scheduled.Select(s => s.Delay));
        Fire(10);
        Assert.Equal((0, 1, 0), (late.Wakes, early.Wakes, middle.Wakes));
        Fire(30);
        Assert.Equal((0, 1, 1), (late.Wakes, early.Wakes, middle.Wakes));
        Fire(50);
        Assert.Equal((1, 1, 1), (late.Wakes, early.Wakes, middle.Wakes));
    }

    [Fact]
    public void Timers_that_were_overtaken_set_no_others()
    {
        Open(50);
        Open(30);
        Open(10);
        Open(90);
        int before = _host.Scheduled.Count;
        foreach (int seconds in (int[])[10, 30, 30, 50, 50, 50]) Fire(seconds);
        Assert.Equal([TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)], _host.Scheduled.Skip(before).Select(s => s.Delay));
    }

    [Fact]
    public void A_moment_that_was_put_off_does_not_wake()
    {
        Probe probe = Open(10);
        probe.Sleep(20);
        Fire(10);
        Assert.Equal(0, probe.Wakes);
        Fire(20);
        Assert.Equal(1, probe.Wakes);
    }

    [Fact]
    public void A_node_behind_its_events_hears_what_came_before_it_wakes_who_fell_due_since()
    {
        Probe first = Open(10), answered = Open(11), silent = Open(12);
        Fire(20);
        Assert.Equal((1, 0, 0), (first.Wakes, answered.Wakes, silent.Wakes));
        Assert.Equal(TimeSpan.Zero, _host.Scheduled[^1].Delay);
        answered.Close();
        Fire(25);
        Assert.Equal((1, 0, 1), (first.Wakes, answered.Wakes, silent.Wakes));
        Assert.Equal(new Instant(TimeSpan.FromSeconds(12).Ticks), silent.WakesAt);
    }

    [Fact]
    public void What_is_closed_neither_wakes_nor_hears()
    {
        Probe probe = Open(10);
        probe.Close();
        Fire(10);
        Assert.Equal(0, probe.Wakes);
        Assert.False(_context.Operations.Heard(new FetchMiss(probe.Id, default), default));
        Assert.Equal(0, _context.Operations.Count);
    }

    [Fact]
    public void An_answer_reaches_the_one_that_asked()
    {
        Probe first = Open(10), second = Open(10);
        Assert.True(_context.Operations.Heard(new FetchMiss(second.Id, default), default));
        Assert.Equal((0, 1), (first.Answers, second.Answers));
    }

    [Fact]
    public void A_failed_peer_is_announced_even_if_that_closes_operations()
    {
        Probe first = Open(10), second = Open(10);
        _context.Operations.PeerFailed(new RingId(9));
        Assert.Equal((1, 1), (first.Failures, second.Failures));
        Assert.Equal(0, _context.Operations.Count);
    }

    private Probe Open(int seconds)
    {
        var probe = new Probe(_context);
        _context.Operations.Open(probe);
        probe.Sleep(seconds);
        return probe;
    }

    private void Fire(int seconds)
    {
        _host.Now = new Instant(TimeSpan.FromSeconds(seconds).Ticks);
        _context.Operations.OnTimer();
    }

    private sealed class Probe(PastContext context) : Operation(context)
    {
        public int Wakes { get; private set; }

        public int Answers { get; private set; }

        public int Failures { get; private set; }

        public void Sleep(int untilSeconds) => WakeAt(new Instant(TimeSpan.FromSeconds(untilSeconds).Ticks));

        public override void Heard(PastAnswer answer, in RoutedMessage message) => Answers++;

        public override void Woke() => Wakes++;

        public override void PeerFailed(RingId peer)
        {
            Failures++;
            Close();
        }
    }
}
