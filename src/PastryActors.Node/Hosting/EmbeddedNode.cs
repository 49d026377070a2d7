using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Workers;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>
/// A whole node inside an app's own process, with the app's applications on it: the hooks of the papers. It takes part in storage and topics like
/// any other and has no gateway. Its hooks are called in the node's mailbox, one at a time, and must return at once.
/// </summary>
/// <param name="settings">As <c>PastrySchema.Load</c> reads them.</param>
/// <param name="logs">Where the node logs; null for nowhere.</param>
public sealed class EmbeddedNode(NodeSettings settings, ILoggerFactory? logs = null) : IAsyncDisposable
{
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadyPeriod = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<uint, IPastryApplication> _applications = [];
    private ECDsa? _owner;
    private IHostedNode? _node;
    private NodeHandle? _self;

    /// <summary>The node as others know it; after <see cref="StartAsync"/>.</summary>
    public NodeHandle Self => _self ?? throw new InvalidOperationException("the node has not started");

    /// <summary>Ends, faulted, when the node failed too often and stands still.</summary>
    public Task Failure => Running.Failure;

    /// <summary>What the node can be asked, for what stands on it in this program.</summary>
    internal INodeAccess Access => Running.Access;

    private IHostedNode Running => _node ?? throw new InvalidOperationException("the node has not started");

    /// <summary>Adds an application, before the start. Every node whose keys it uses should run it: a message whose root does not is refused there.</summary>
    /// <param name="name">The same on all nodes.</param>
    /// <exception cref="ArgumentException">One of that name (or, once in four thousand million times, of that hash) is registered already.</exception>
    public void Register(string name, IPastryApplication application)
    {
        if (_node is not null) throw new InvalidOperationException("applications are registered before the node starts");
        _applications.Add(ApplicationMessage.NumberOf(name), application);
    }

    /// <summary>Starts the node; it joins, or founds, its ring as the settings say.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        _owner = OwnerKey.LoadOrCreate(settings.Past.OwnerKey.Length > 0 ? settings.Past.OwnerKey : Path.Combine(settings.Node.Dir, "owner.key"));
        ILoggerFactory where = logs ?? NullLoggerFactory.Instance;
        _node = (await NodeComposition.StartAsync(settings, _owner, where, _applications, cancellation).ConfigureAwait(false)).Node;
        _self = (await _node.Access.StatusAsync(cancellation).ConfigureAwait(false)).Self;
    }

    /// <summary>Waits until the node is an active member of its ring.</summary>
    public async Task WhenActiveAsync(CancellationToken cancellation = default)
    {
        using var timer = new PeriodicTimer(ReadyPeriod);
        while (!(await Running.Access.StatusAsync(cancellation).ConfigureAwait(false)).Active) await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Routes a message to the root of a key. Done when the node has taken it: best effort from there on, acknowledged hop by hop and not end
    /// to end. From a hook, do not wait for it.
    /// </summary>
    /// <exception cref="RequestFailedException">not-active: this node is no member of a ring now; busy: its mailbox is full.</exception>
    public Task Route(ApplicationMessage message, RingId key) =>
        Running.Access.AskAsync<ApplicationMessageTaken>(id => new RouteApplicationMessage(id, SendTimeout, message, key), CancellationToken.None);

    /// <summary>Sends a message straight to a node. As <see cref="Route"/> otherwise.</summary>
    public Task Send(ApplicationMessage message, NodeHandle to) =>
        Running.Access.AskAsync<ApplicationMessageTaken>(id => new SendApplicationMessage(id, SendTimeout, message, to), CancellationToken.None);

    /// <summary>Hands over what the node holds (<c>node.hand-over</c>: at most so long), tells the neighbours, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.HandOverAsync(settings.Node.HandOver, CancellationToken.None).ConfigureAwait(false);
            using var deadline = new CancellationTokenSource(HostedNode.LeaveDeadline);
            await _node.LeaveAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _node.DisposeAsync().ConfigureAwait(false);
        }

        _owner?.Dispose();
    }
}
