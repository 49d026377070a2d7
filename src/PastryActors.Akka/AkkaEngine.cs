using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Akka.Control;
using PastryActors.Akka.Diagnostics;
using PastryActors.Akka.Membership;
using PastryActors.Akka.Nodes;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka;

/// <summary>
/// The Akka.NET engine: runs nodes as actors of an actor system, and connects them with those of other systems over Akka.Remote; where the
/// system is a member of an Akka cluster, takes contact points and reachability from there. One engine an actor system. Safe for any thread.
/// </summary>
public sealed class AkkaEngine : IEngine
{
    private static readonly TimeSpan ActorTimeout = TimeSpan.FromSeconds(10);
    private static readonly Config Defaults = ConfigurationFactory.FromResource("reference.conf", typeof(AkkaEngine).Assembly);

    /// <summary>What Akka.Remote and a frame's head add to a piece: the addresses of two actors above all.</summary>
    private const int FrameOverheadBytes = 8 * 1024;

    private readonly ActorSystem _system;
    private readonly EngineState _state;
    private readonly IActorRef _guardian;
    private readonly ContactPoints _contacts = new();
    private readonly bool _ownsSystem;
    private int _disposed;

    private AkkaEngine(ActorSystem system, AkkaOptions options, WireCodec codec, ILoggerFactory loggers, bool ownsSystem)
    {
        _system = system;
        _ownsSystem = ownsSystem;
        CheckFrames(system.Settings.Config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"), options);
        _state = new EngineState(system, options, codec, loggers.CreateLogger("PastryActors.Akka"));
        system.Settings.InjectTopLevelFallback(Defaults);
        Serializers.Bind((ExtendedActorSystem)system);
        _guardian = system.ActorOf(Props.Create(() => new Guardian(_state)), Guardian.Name);
        if (IsClustered) system.ActorOf(Props.Create(() => new ClusterWatcher(_state, _contacts)), "pastry-cluster");
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "leave-the-ring", LeaveAsync);
        _state.Log.Listening(AdvertisedAddress, options.Ring);
    }

    /// <inheritdoc/>
    public string AdvertisedAddress => _state.Address.ToString();

    /// <inheritdoc/>
    public IReadOnlyList<string> ContactPoints => _contacts.Addresses;

    /// <inheritdoc/>
    public DeadLetters DeadLetters => _state.DeadLetters;

    /// <summary>The actor system that the nodes are in.</summary>
    public ActorSystem System => _system;

    /// <summary>
    /// Asked when the actor system shuts down in an orderly way (<see cref="CoordinatedShutdown"/>) that the host did not begin, before it leaves its cluster and
    /// before any link is closed. Bounded by the phase's timeout.
    /// </summary>
    public Func<Task>? Leaving { get; set; }

    private bool IsClustered => ((ExtendedActorSystem)_system).Provider is ClusterActorRefProvider;

    /// <summary>Runs the engine in an actor system of the application's own, which must use Akka.Remote or Akka.Cluster. <see cref="PastryExtension"/> does this.</summary>
    internal static AkkaEngine On(ActorSystem system, WireCodec codec, AkkaOptions options, ILoggerFactory loggers) => new(system, options.Validate(), codec, loggers, ownsSystem: false);

    /// <summary>Starts an actor system for the engine alone.</summary>
    /// <param name="plan">Where it listens, and what Akka's configuration says.</param>
    /// <param name="options">What can be chosen about the engine.</param>
    /// <param name="codec">All kinds of messages that the nodes speak.</param>
    /// <param name="loggers">Where to log.</param>
    /// <exception cref="EngineOptionsException">An option is out of its range, or Akka's configuration cannot be used.</exception>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public static async Task<AkkaEngine> StartAsync(AkkaSystemPlan plan, AkkaOptions options, WireCodec codec, ILoggerFactory? loggers = null)
    {
        options.Validate();
        loggers ??= NullLoggerFactory.Instance;
        ActorSystem system = plan.Create(loggers);
        var engine = new AkkaEngine(system, options, codec, loggers, ownsSystem: true);
        if (plan.ClusterSeeds is { } seeds && engine.IsClustered) await engine.JoinClusterAsync(seeds, options.ContactTimeout).ConfigureAwait(false);
        return engine;
    }

    /// <inheritdoc/>
    public IEngineNode AddNode(NodeSettings settings)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_state.Nodes.Count >= _state.Options.NodesPerProcessMax)
        {
            throw new InvalidOperationException($"{_state.Options.NodesPerProcessMax} nodes run already (akka.nodesPerProcessMax)");
        }

        var node = new AkkaNode(_state, settings);
        if (!_state.TryAdd(node)) throw new InvalidOperationException($"node {node.Handle.Id} runs here already");
        // An actor beneath the guardian can only be made by the guardian; it answers at once.
        _guardian.Ask<IActorRef>(new RunNode(node), ActorTimeout).GetAwaiter().GetResult();
        // A system that stops takes the guardian along before it can tell of its children.
        _ = _system.WhenTerminated.ContinueWith(_ => node.OnStopped(), TaskScheduler.Default);
        return node;
    }

    /// <summary>
    /// A node as an actor of the application's own: <c>system.ActorOf(engine.NodeProps(settings))</c>. The node runs for as long as the actor does; an actor whose node was given up or stopped ends, which
    /// whoever watches it hears. It takes <see cref="Core.Driving.Request"/>s, numbered by who asks so that no two open ones of a node have the same number, and tells the sender the first
    /// <see cref="Core.Driving.Reply"/> to each, a <see cref="Core.Driving.Failed"/> where there can be none; all replies go to the settings' listener as well.
    /// </summary>
    public Props NodeProps(NodeSettings settings) => Props.Create(() => new NodeKeeper(this, settings, _state.Options.MailboxCapacity));

    /// <inheritdoc/>
    public void AddTo(IDictionary<string, long> counters)
    {
        _state.Tally.AddTo(counters);
        counters["dead_letters"] = DeadLetters.Total;
        if (IsClustered) counters["akka_cluster_members"] = ContactPoints.Count + 1;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await Task.WhenAll(_state.Nodes.Select(static n => n.StopAsync())).ConfigureAwait(false);
        if (_ownsSystem) await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        else await _guardian.GracefulStop(ActorTimeout).ConfigureAwait(false);
    }

    /// <summary>A frame that Akka.Remote finds too large is lost without a word to whoever sent it; so it must not be possible.</summary>
    private static void CheckFrames(long? frameBytesMax, AkkaOptions options)
    {
        if (frameBytesMax is { } max && options.PieceBytes + FrameOverheadBytes > max)
        {
            throw new EngineOptionsException(
                $"akka.pieceBytes: {options.PieceBytes} and {FrameOverheadBytes} for its head are more than akka.remote.dot-netty.tcp.maximum-frame-size, {max}");
        }
    }

    private async Task<Done> LeaveAsync()
    {
        if (_disposed == 0 && Leaving is { } leaving) await leaving().ConfigureAwait(false);
        return Done.Instance;
    }

    /// <summary>
    /// Joins by whoever answers first; a list that begins with this system's own address may begin a cluster, and so may one on which everybody is of other clusters: their ring is this one's, their
    /// cluster is not. Without a list the configuration's own seed
    /// nodes are what leads to the ring, so the start waits until they have told of others.
    /// </summary>
    private async Task JoinClusterAsync(IReadOnlyList<string> seeds, TimeSpan timeout)
    {
        Address[] addresses = [.. seeds.Select(s => PeerAddresses.TryParse(s, _state.Address, out Address? address) ? address : null).OfType<Address>()];
        if (addresses.Length > 0)
        {
            Address[] own = [.. addresses.Where(a => a.System == _state.Address.System)];
            Cluster.Get(_system).JoinSeedNodes(own.Length > 0 ? own : [_state.Address]);
            return;
        }

        await Task.WhenAny(_contacts.Known, Task.Delay(timeout)).ConfigureAwait(false);
        if (_contacts.Known.IsCompleted) _state.Log.Contacts(ContactPoints.Count);
        else _state.Log.NoContacts(timeout.TotalSeconds);
    }
}
