using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>A load: how much of it runs at once, and what it counts.</summary>
public sealed class LoadLoopTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Every_operation_runs_once_and_no_more_at_once_than_allowed()
    {
        (int running, int most) = (0, 0);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<long, int>();
        LoadResult result = await LoadLoop.RunAsync(new Load(500, Long, 7), async (number, _) =>
        {
            int now = Interlocked.Increment(ref running);
            for (int known = most; now > known; known = most) Interlocked.CompareExchange(ref most, now, known);
            seen.AddOrUpdate(number, 1, (_, count) => count + 1);
            await Task.Yield();
            Interlocked.Decrement(ref running);
        }, CancellationToken.None);
        Assert.Equal(500, result.Done);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), seen.Keys.Order());
        Assert.All(seen.Values, count => Assert.Equal(1, count));
        Assert.InRange(most, 1, 7);
    }

    [Fact]
    public async Task Failures_are_counted_and_the_first_is_told()
    {
        LoadResult result = await LoadLoop.RunAsync(
            new Load(10, Long, 1), (number, _) => number % 2 == 0 ? Task.CompletedTask : throw new InvalidDataException($"number {number}"), CancellationToken.None);
        Assert.Equal((5, 5, "number 1"), (result.Done, result.Failed, result.Failure));
    }

    [Fact]
    public async Task When_the_time_is_over_nothing_begins()
    {
        LoadResult result = await LoadLoop.RunAsync(new Load(10, TimeSpan.Zero, 4), (_, _) => Task.CompletedTask, CancellationToken.None);
        Assert.Equal(0, result.Done);
    }
}
