using System.Threading.Channels;
using PastryActors.Core.Driving;
using PastryActors.Engine;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp.Tests.Timers;

public sealed class WakeUpClockTests
{
    [Fact]
    public async Task Everyone_is_woken_once_and_nobody_early()
    {
        using var clock = new WakeUpClock();
        var woken = Channel.CreateUnbounded<(int Number, Instant Due, Instant At)>();
        int[] delaysMs = [40, 5, 20, 1, 30];
        for (int i = 0; i < delaysMs.Length; i++)
        {
            Instant due = MonotonicClock.Now + TimeSpan.FromMilliseconds(delaysMs[i]);
            clock.WakeAt(new Sleeper(woken.Writer, delaysMs[i], due), due);
        }

        using var deadline = new CancellationTokenSource(TestNode.Deadline);
        var numbers = new List<int>();
        for (int i = 0; i < delaysMs.Length; i++)
        {
            (int number, Instant due, Instant at) = await woken.Reader.ReadAsync(deadline.Token);
            Assert.True(at >= due, $"{number} came {due - at} early");
            numbers.Add(number);
        }

        Assert.Equal(delaysMs.Order(), numbers.Order());
    }

    private sealed class Sleeper(ChannelWriter<(int, Instant, Instant)> woken, int number, Instant due) : IWakeable
    {
        public void WakeUp() => woken.TryWrite((number, due, MonotonicClock.Now));
    }
}
