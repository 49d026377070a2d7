using System.Threading.Channels;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Hosting;

/// <summary>
/// Tells PAST which objects the store found damaged, so that they are fetched again from another holder. While the node is not active
/// it waits: nobody could be asked for them.
/// </summary>
internal sealed class DamageReporter : IAsyncDisposable
{
    /// <summary>Reports that wait. What is dropped beyond it, the next read of the object or the next start finds.</summary>
    private const int WaitingMax = 65_536;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<FileId> _damaged = Channel.CreateBounded<FileId>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public DamageReporter(INodeAccess node) => _loop = Task.Run(() => RunAsync(node, _stopping.Token));

    /// <summary>Notes a damaged object; returns at once.</summary>
    public void Report(FileId damaged) => _damaged.Writer.TryWrite(damaged);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(INodeAccess node, CancellationToken stop)
    {
        await foreach (FileId damaged in _damaged.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            while (await node.AskAsync(id => new ReportDamage(id, Patience, damaged), stop).ConfigureAwait(false) is Failed)
            {
                await Task.Delay(Patience, stop).ConfigureAwait(false);
            }
        }
    }
}
