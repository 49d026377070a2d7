namespace PastryActors.Node.Access;

/// <summary>Bounds of what the shell may have open at its node.</summary>
public sealed record RequestTableOptions
{
    /// <summary>Requests open at once. The next is refused as busy: a gateway that let more pile up would only time them out later.</summary>
    public int RequestsMax { get; init; } = 8192;

    /// <summary>Subscriptions open at once, each with a queue of its own.</summary>
    public int SubscriptionsMax { get; init; } = 1024;

    /// <summary>
    /// Answers that wait for the reader of one subscription. More, and the reader is cut off with a reason: a queue that grew with the
    /// slowest reader would take the process with it. Raise it for readers that pause; memory grows with it.
    /// </summary>
    public int SubscriptionQueue { get; init; } = 1024;

    /// <summary>How long after a request's own timeout the shell still waits for the node's word. The node knows better why; the shell only makes sure that nobody waits for ever.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);
}
