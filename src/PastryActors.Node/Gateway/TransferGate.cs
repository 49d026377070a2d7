using System.Threading.RateLimiting;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>The gates of a node's uploads and downloads.</summary>
internal sealed class TransferGates(GatewayOptions options, TimeProvider time) : IDisposable
{
    public TransferGate Uploads { get; } = new("uploads", options.UploadsMax, options.TransfersWaitingMax, options.TransferPatience, time);

    public TransferGate Downloads { get; } = new("downloads", options.DownloadsMax, options.TransfersWaitingMax, options.TransferPatience, time);

    /// <inheritdoc/>
    public void Dispose()
    {
        Uploads.Dispose();
        Downloads.Dispose();
    }
}

/// <summary>
/// Lets so many transfers run at once; the next wait their turn, unread, so that a crowd costs no memory. Who waits too long, or comes
/// when too many wait, is told to come again later (<see cref="FailureCode.Busy"/>).
/// </summary>
/// <param name="atOnce">A transfer holds up to a window of chunks: this times that is what a node's transfers may take.</param>
/// <param name="waiting">How many may wait.</param>
/// <param name="patience">How long they may.</param>
internal sealed class TransferGate(string kind, int atOnce, int waiting, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions { PermitLimit = atOnce, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    /// <summary>Waits for a place; whoever disposes of it gives it back.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            RateLimitLease lease = await _limiter.AcquireAsync(1, either.Token).ConfigureAwait(false);
            if (lease.IsAcquired) return lease;
            lease.Dispose();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Said below.
        }

        throw new RequestFailedException(FailureCode.Busy, $"{atOnce} {kind} run at this node already, and others wait; try again later");
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
