using System.Threading.Channels;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Hosting;

/// <summary>Writes down, off the node's thread, whom the node knows: the newest list wins, and a burst of changes costs one write.</summary>
internal sealed class PeerMemory : IAsyncDisposable
{
    private static readonly TimeSpan Debounce = TimeSpan.FromSeconds(1);

    private readonly Channel<NodeHandle[]> _newest = Channel.CreateBounded<NodeHandle[]>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public PeerMemory(NodeFolder folder, ILogger logger) => _loop = Task.Run(() => RunAsync(folder, logger));

    /// <summary>Notes the peers known now.</summary>
    public void Remember(NodeHandle[] peers) => _newest.Writer.TryWrite(peers);

    /// <summary>Writes what is still to be written, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _newest.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(NodeFolder folder, ILogger logger)
    {
        await foreach (NodeHandle[] peers in _newest.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                folder.SavePeers(peers);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Without the list the next start has its seeds; the node itself is not harmed.
                HostLog.PeersNotSaved(logger, e.Message);
            }

            await Task.Delay(Debounce, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
