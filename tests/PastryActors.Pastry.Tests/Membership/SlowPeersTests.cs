using PastryActors.Core.Driving;
using PastryActors.Pastry.Membership;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>The memory of who is slow.</summary>
public sealed class SlowPeersTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private readonly SlowPeers _slow = new(new PastryOptions { ProbeTimeout = TimeSpan.FromSeconds(3) });
    private Instant _now = new(TimeSpan.TicksPerDay);

    [Fact]
    public void Who_gave_no_cause_is_waited_for_like_others_and_suspected_at_once()
    {
        _slow.Heard(Peers.Id(1), _now);
        Assert.Equal(1, _slow.FactorOf(Peers.Id(1), _now));
        Assert.False(_slow.SpokeLately(Peers.Id(1), _now));
    }

    [Fact]
    public void Every_false_alarm_doubles_the_patience_up_to_a_bound()
    {
        foreach (int factor in new[] { 2, 4, 8, 8 })
        {
            _slow.FalseAlarm(Peers.Id(1), _now);
            Assert.Equal(factor, _slow.FactorOf(Peers.Id(1), _now));
        }

        Assert.Equal(1, _slow.FactorOf(Peers.Id(2), _now));
    }

    [Fact]
    public void A_late_answer_gives_as_much_time_at_once_and_prompt_ones_take_it_back_step_by_step()
    {
        Answered(3.5);
        Assert.Equal(4, _slow.FactorOf(Peers.Id(1), _now));
        foreach (int factor in new[] { 3, 2, 1, 1 })
        {
            Answered(0.1);
            Assert.Equal(factor, _slow.FactorOf(Peers.Id(1), _now));
        }
    }

    [Fact]
    public void A_slow_one_that_spoke_is_believed_alive_for_its_own_time()
    {
        Answered(1.5);
        Pass(5.9);
        Assert.True(_slow.SpokeLately(Peers.Id(1), _now));
        Pass(0.1);
        Assert.False(_slow.SpokeLately(Peers.Id(1), _now));
        _slow.Heard(Peers.Id(1), _now);
        Assert.True(_slow.SpokeLately(Peers.Id(1), _now));
    }

    [Fact]
    public void After_ten_minutes_without_cause_all_is_forgotten()
    {
        _slow.FalseAlarm(Peers.Id(1), _now);
        Pass(600);
        Assert.Equal(1, _slow.FactorOf(Peers.Id(1), _now));
        Assert.False(_slow.SpokeLately(Peers.Id(1), _now));
    }

    [Fact]
    public void The_oldest_makes_room()
    {
        for (int i = 1; i <= 65; i++) _slow.FalseAlarm(Peers.Id(i), _now);
        Assert.Equal((1, 2, 2), (_slow.FactorOf(Peers.Id(1), _now), _slow.FactorOf(Peers.Id(2), _now), _slow.FactorOf(Peers.Id(65), _now)));
    }

    private void Answered(double seconds) => _slow.Answered(Peers.Id(1), TimeSpan.FromSeconds(seconds), First, _now);

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
