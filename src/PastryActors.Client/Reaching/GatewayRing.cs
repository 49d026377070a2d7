namespace PastryActors.Client;

/// <summary>Which of several gateways is asked: one until it fails, then the next. Safe for any thread.</summary>
internal sealed class GatewayRing(IReadOnlyList<Uri> nodes)
{
    private int _current;

    public Uri Current => nodes[Volatile.Read(ref _current)];

    /// <summary>This one failed: the next is asked from now on, unless another request found that out before.</summary>
    public void MoveOnFrom(Uri failed)
    {
        int current = Volatile.Read(ref _current);
        if (nodes[current] == failed) Interlocked.CompareExchange(ref _current, (current + 1) % nodes.Count, current);
    }
}
