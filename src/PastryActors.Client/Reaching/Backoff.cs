namespace PastryActors.Client;

/// <summary>How long to wait between two rounds of attempts.</summary>
internal sealed class Backoff(PastryClientOptions options)
{
    /// <summary>Doubling beyond it is beyond any <see cref="PastryClientOptions.BackoffMax"/> that makes sense.</summary>
    private const int DoublingsMax = 20;

    /// <summary>Waits after round <paramref name="round"/> (the first is 1) failed.</summary>
    /// <param name="asked">What the node asked for, if it did.</param>
    public Task WaitAsync(int round, TimeSpan? asked, CancellationToken cancellation) => Task.Delay(WaitOf(round, asked, Random.Shared.NextDouble()), options.Time, cancellation);

    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan WaitOf(int round, TimeSpan? asked, double chance)
    {
        TimeSpan doubled = options.BackoffFirst * Math.Pow(2, Math.Min(round - 1, DoublingsMax));
        TimeSpan wait = (doubled < options.BackoffMax ? doubled : options.BackoffMax) * (1 - (chance / 2));
        if (asked is not { } least || least <= wait) return wait;
        return least < options.BackoffMax ? least : options.BackoffMax;
    }
}
