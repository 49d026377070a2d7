using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Connections;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Identity;

namespace PastryActors.Tcp;

/// <summary>
/// The default engine: runs the nodes of one process as actors, and connects them with those of other processes over TCP. One engine
/// has one listener and one clock, however many nodes it runs. Safe for any thread.
/// </summary>
public sealed class TcpEngine : IEngine
{
    /// <summary>How long the connections may take to say their farewells when the engine is disposed of.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly EngineContext _context;
    private readonly ConnectionTable _table;
    private readonly Dialer _dialer;
    private readonly Courier _courier;
    private readonly Acceptor _acceptor;
    private readonly Telemetry _telemetry;
    private int _disposed;

    private TcpEngine(EngineContext context, IPEndPoint listen)
    {
        _context = context;
        _table = new ConnectionTable(context);
        _dialer = new Dialer(context, _table);
        _courier = new Courier(context, _table, _dialer);
        _acceptor = new Acceptor(context, _table, _dialer, listen);
        BoundAddress = PeerAddress.Format(_acceptor.BoundEndPoint.Address.ToString(), _acceptor.BoundEndPoint.Port);
        AdvertisedAddress = Advertised(context.Options.AdvertisedAddress, BoundAddress, _acceptor.BoundEndPoint.Port);
        _telemetry = new Telemetry(this);
    }

    /// <summary>Where the engine listens, host:port.</summary>
    public string BoundAddress { get; }

    /// <summary>What peers dial, host:port: the address of every node of this engine. The other engines cannot read it.</summary>
    public string AdvertisedAddress { get; }

    /// <summary>None: nothing but seeds and remembered peers leads to a ring on TCP.</summary>
    public IReadOnlyList<string> ContactPoints => [];

    /// <summary>Never called: nothing but the host stops this engine.</summary>
    public Func<Task>? Leaving { get; set; }

    /// <summary>The nodes that run.</summary>
    public IReadOnlyList<TcpNode> Nodes => _context.Nodes.All;

    /// <summary>Everything counted, now.</summary>
    public TcpCounters Counters => _context.Tally.Snapshot(_table.Count, DeadLetters.Total);

    /// <summary>The messages that reached nobody, by reason, with examples.</summary>
    public DeadLetters DeadLetters => _context.DeadLetters;

    /// <summary>How many refusals there were for this reason.</summary>
    public long RefusalsOf(Refusal reason) => _context.Tally.RefusalsOf(reason);

    /// <summary>Starts an engine that listens and has no nodes yet.</summary>
    /// <param name="options">What can be chosen.</param>
    /// <param name="processKey">
    /// The key that the process shows to its peers' TLS: that of its node, or of any one of them. The caller disposes of it, after the engine.
    /// </param>
    /// <param name="codec">All kinds of messages that the nodes speak.</param>
    /// <param name="loggers">Where to log.</param>
    /// <exception cref="EngineOptionsException">An option is out of its range.</exception>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public static async Task<TcpEngine> StartAsync(TcpOptions options, NodeKey processKey, WireCodec codec, ILoggerFactory loggers)
    {
        options.Validate();
        var context = new EngineContext(options, codec, new ProcessIdentity(processKey), loggers.CreateLogger("PastryActors.Tcp"));
        try
        {
            var engine = new TcpEngine(context, await ResolveAsync(options.ListenAddress));
            engine._acceptor.Start();
            context.Log.Listening(engine.BoundAddress, options.Ring, options.Tls);
            return engine;
        }
        catch (SocketException e)
        {
            context.Dispose();
            throw new ListenException(options.ListenAddress, e.SocketErrorCode == SocketError.AddressAlreadyInUse, e);
        }
    }

    /// <summary>Runs one more node. Its core is made and started on its own thread, at once.</summary>
    /// <exception cref="InvalidOperationException">The node runs here already, or there are as many as may be.</exception>
    public TcpNode AddNode(NodeSettings settings)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Nodes.Count >= _context.Options.NodesPerProcessMax)
        {
            throw new InvalidOperationException($"{_context.Options.NodesPerProcessMax} nodes run already (tcp.nodesPerProcessMax)");
        }

        var node = new TcpNode(_context, settings, AdvertisedAddress, _courier, _table.Withdraw);
        if (!_context.Nodes.TryAdd(node)) throw new InvalidOperationException($"node {node.Handle.Id} runs here already");
        node.Start();
        return node;
    }

    IEngineNode IEngine.AddNode(NodeSettings settings) => AddNode(settings);

    /// <inheritdoc/>
    public void AddTo(IDictionary<string, long> counters)
    {
        TcpCounters counted = Counters;
        counters["connections_open"] = counted.ConnectionsOpen;
        counters["connections_accepted"] = counted.ConnectionsAccepted;
        counters["connections_dialled"] = counted.ConnectionsDialled;
        counters["dials_failed"] = counted.DialsFailed;
        counters["messages_local"] = counted.MessagesLocal;
        counters["control_messages_sent"] = counted.Control.MessagesSent;
        counters["control_messages_received"] = counted.Control.MessagesReceived;
        counters["control_bytes_sent"] = counted.Control.BytesSent;
        counters["bulk_messages_sent"] = counted.Bulk.MessagesSent;
        counters["bulk_messages_received"] = counted.Bulk.MessagesReceived;
        counters["bulk_bytes_sent"] = counted.Bulk.BytesSent;
        counters["peer_refusals"] = counted.Refusals;
        counters["dead_letters"] = counted.DeadLetters;
        counters["node_restarts"] = counted.NodeRestarts;
        counters["nodes_given_up"] = counted.NodesGivenUp;
    }

    /// <summary>Stops the nodes, takes leave of the peers, and leaves nothing behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _acceptor.Dispose();
        _dialer.Dispose();
        await Task.WhenAll(Nodes.Select(static n => n.StopAsync()));
        Connection[] open = _table.Shut();
        foreach (Connection connection in open) connection.Close();
        await Task.WhenAny(Task.WhenAll(open.Select(static c => c.Completion)), Task.Delay(FarewellTimeout));
        foreach (Connection connection in open.Where(static c => !c.Completion.IsCompleted)) connection.Abort();
        await Task.WhenAll(open.Select(static c => c.Completion));
        _telemetry.Dispose();
        _context.Dispose();
    }

    private static async Task<IPEndPoint> ResolveAsync(string address)
    {
        if (!PeerAddress.TryParse(address, out string host, out int port)) throw new SocketException((int)SocketError.AddressFamilyNotSupported);
        if (IPAddress.TryParse(host, out IPAddress? ip)) return new IPEndPoint(ip, port);
        IPAddress[] found = await Dns.GetHostAddressesAsync(host);
        return found.Length > 0 ? new IPEndPoint(found[0], port) : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static string Advertised(string? wanted, string bound, int boundPort) =>
        PeerAddress.TryParse(wanted, out string host, out int port) ? PeerAddress.Format(host, port == 0 ? boundPort : port) : bound;
}
