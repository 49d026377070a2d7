using System.Collections.Concurrent;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp.Connections;

/// <summary>Which connection leads to a node, and the node's index at its far end.</summary>
internal sealed record Route(Connection Connection, ushort Index, NodeHandle Handle);

/// <summary>
/// All connections of one engine, and for each lane the one that leads to each node. A node is only ever reached over a connection
/// on which it proved itself. Of two connections that lead to the same incarnation the first stays the one that is sent on, so
/// that nothing overtakes on the other; a newer incarnation takes the route over. What waits for a route to a node goes out by it before
/// anyone sees it.
/// </summary>
internal sealed class ConnectionTable : IConnectionOwner, IWakeable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly EngineContext _context;
    private readonly ConcurrentDictionary<RingId, Route>[] _routes = [new(), new()];
    private readonly HashSet<Connection> _connections = [];
    private bool _shut;

    public ConnectionTable(EngineContext context)
    {
        _context = context;
        context.Clock.WakeAt(this, MonotonicClock.Now + SweepInterval);
    }

    /// <summary>Held by whoever changes the routes, or what waits for them. Nothing waits or calls out of the engine under it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The connections being made. Under the gate.</summary>
    public DialBook Dials { get; } = new();

    /// <summary>Connections that are open or closing.</summary>
    public int Count
    {
        get
        {
            lock (Gate) return _connections.Count;
        }
    }

    public Connection[] All
    {
        get
        {
            lock (Gate) return [.. _connections];
        }
    }

    /// <summary>The route to the node, if there is one to this incarnation of it or to a newer one.</summary>
    public bool TryGetRoute(NodeHandle to, Lane lane, out Route? route)
    {
        if (to.Id == default) return TryGetRouteTo(to.Address, lane, out route);
        return _routes[(int)lane].TryGetValue(to.Id, out route) && to.Incarnation <= route.Handle.Incarnation && !route.Connection.IsClosing;
    }

    /// <summary>Takes a connection in, closing the one idle for longest if there are too many.</summary>
    public void Add(Connection connection)
    {
        Connection? evicted = null;
        bool late;
        lock (Gate)
        {
            late = _shut;
            if (_connections.Count(static c => !c.IsClosing) >= _context.Options.ConnectionsMax)
            {
                evicted = _connections.Where(static c => !c.IsClosing).MinBy(static c => c.LastActivityMs);
            }

            _connections.Add(connection);
        }

        evicted?.Close();
        if (late) connection.Abort();
        _context.Log.Opened(connection.Lane, connection.RemoteEndPoint, connection.Dialled ? "dialled" : "accepted");
    }

    /// <summary>Takes no more connections in: one whose handshake ends only now is closed at once. Gives those that are open.</summary>
    public Connection[] Shut()
    {
        lock (Gate)
        {
            _shut = true;
            return [.. _connections];
        }
    }

    /// <summary>Makes the connection the route to a node that proved itself on it, unless a better one leads there.</summary>
    public Refusal Publish(Connection connection, NodeHandle handle, ushort index)
    {
        Connection? superseded = null;
        lock (Gate)
        {
            ConcurrentDictionary<RingId, Route> routes = _routes[(int)connection.Lane];
            if (routes.TryGetValue(handle.Id, out Route? known) && known.Connection != connection && !known.Connection.IsClosing)
            {
                if (handle.Incarnation < known.Handle.Incarnation) return Refusal.StaleIncarnation;
                if (handle.Incarnation == known.Handle.Incarnation) return Refusal.None;
                superseded = known.Connection;
            }

            foreach (PendingSend send in Dials.TakeFor(handle, connection.Lane)) Deliver(connection, index, send);
            routes[handle.Id] = new Route(connection, index, handle);
            if (superseded is not null && routes.Values.Any(r => r.Connection == superseded)) superseded = null;
        }

        superseded?.Close();
        return Refusal.None;
    }

    /// <summary>Gives a message that waited to the connection that it waited for.</summary>
    public void Deliver(Connection connection, ushort index, in PendingSend send)
    {
        SendOutcome outcome = connection.TrySend(new SendItem(send.Source, index, send.Message, send.Content, send.Trace));
        if (outcome != SendOutcome.Queued) _context.DeadLetters.Add(DeadLetterReason.SendQueueFull, send.Message, send.To);
    }

    /// <summary>Publishes another open connection that leads to the node, if there is one.</summary>
    public void Republish(RingId id, Lane lane)
    {
        foreach (Connection other in All)
        {
            if (other.Lane == lane && !other.IsClosing && other.Remote.TryFind(id, out ushort index, out NodeHandle? handle)) Publish(other, handle!, index);
        }
    }

    public void OnClosing(Connection connection)
    {
        foreach ((NodeHandle handle, _) in connection.Remote.All) RemoveRoute(connection, handle.Id);
    }

    public void OnClosed(Connection connection)
    {
        lock (Gate) _connections.Remove(connection);
        if (connection.EndedInOrder) return;
        foreach ((NodeHandle handle, _) in connection.Remote.All) TellLinkFailed(handle);
    }

    public Refusal OnAnnounced(Connection connection, NodeHandle handle, ushort index) => Publish(connection, handle, index);

    public void OnWithdrawn(Connection connection, NodeHandle handle)
    {
        RemoveRoute(connection, handle.Id);
        TellLinkFailed(handle);
    }

    /// <summary>Tells every peer that a node of ours has stopped.</summary>
    public void Withdraw(TcpNode node)
    {
        foreach (Connection connection in All) connection.TrySend(new SendItem(node, 0, null, null));
    }

    /// <summary>Keeps the deadlines of all connections.</summary>
    void IWakeable.WakeUp()
    {
        long now = Environment.TickCount64;
        foreach (Connection connection in All) connection.Sweep(now);
        _context.Clock.WakeAt(this, MonotonicClock.Now + SweepInterval);
    }

    /// <summary>A seed is known by its address alone. Only joins and merges speak to one, so a search among the routes will do.</summary>
    private bool TryGetRouteTo(string address, Lane lane, out Route? route)
    {
        route = _routes[(int)lane].Values.FirstOrDefault(r => r.Handle.Address == address && !r.Connection.IsClosing);
        return route is not null;
    }

    private void RemoveRoute(Connection connection, RingId id)
    {
        lock (Gate)
        {
            ConcurrentDictionary<RingId, Route> routes = _routes[(int)connection.Lane];
            if (!routes.TryGetValue(id, out Route? route) || route.Connection != connection) return;
            routes.TryRemove(id, out _);
            Republish(id, connection.Lane);
        }
    }

    private void TellLinkFailed(NodeHandle peer)
    {
        bool elsewhere = All.Any(c => !c.IsClosing && c.Remote.TryFind(peer.Id, out _, out _));
        if (elsewhere) return;
        foreach (TcpNode node in _context.Nodes.All) node.TellLinkFailed(peer);
    }
}
