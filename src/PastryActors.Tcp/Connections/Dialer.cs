using System.Collections.Concurrent;
using System.Net.Sockets;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// Makes connections when messages wait for them. Every attempt answers for the messages that waited for it: they go out over the
/// connection, or they are dropped, counted, and their senders told that the link failed. After a failure the next attempt at the same
/// address waits, twice as long each time up to a bound.
/// </summary>
internal sealed class Dialer(EngineContext context, ConnectionTable table) : IDisposable
{
    /// <summary>Failures remembered before the old ones are forgotten; an address forgotten is merely tried at once.</summary>
    private const int BackOffsMax = 4096;

    private readonly ConcurrentDictionary<string, BackOffState> _backOffs = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Connections being made.</summary>
    public int Count => table.Dials.Count;

    /// <summary>Lets a message wait for a connection. Closed if there is a route by now: look it up again.</summary>
    public SendOutcome TryEnqueue(in PendingSend send, Lane lane)
    {
        var key = new DialKey(send.To.Address, lane);
        lock (table.Gate)
        {
            if (table.TryGetRoute(send.To, lane, out _)) return SendOutcome.Closed;
            if ((table.Dials.Find(key) ?? TryBegin(key)) is { } dial) return dial.TryAdd(send) ? SendOutcome.Queued : SendOutcome.Full;
        }

        GiveUp([send]);
        return SendOutcome.Queued;
    }

    /// <summary>
    /// A peer connected to us. What waits for its nodes goes out over that connection, and our own attempt is dropped: but only if our
    /// process id is the higher one. The lower one keeps dialling, so that of two that dial each other at once exactly one gives way.
    /// </summary>
    public void OnAccepted(Connection connection)
    {
        bool givesWay = connection.PeerProcess < context.Identity.Id;
        lock (table.Gate)
        {
            foreach ((NodeHandle handle, ushort index) in connection.Remote.All)
            {
                _backOffs.TryRemove(handle.Address, out _);
                Dial? dial = givesWay ? null : table.Dials.Find(new DialKey(handle.Address, connection.Lane));
                if (dial is null || !dial.Awaits(handle.Id)) Publish(connection, handle, index);
            }
        }
    }

    /// <summary>Makes no more connections.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        foreach (Dial dial in table.Dials.All) dial.Cancel();
    }

    private Dial? TryBegin(DialKey key)
    {
        TcpOptions options = context.Options;
        if (Count >= options.ConnectionsMax || _stopping.IsCancellationRequested) return null;
        var dial = new Dial(key, key.Lane == Lane.Control ? options.ControlQueueMessages : options.BulkQueueMessages, options.QueueContentBytes);
        table.Dials.Add(dial);
        _ = Task.Run(() => RunAsync(dial));
        return dial;
    }

    private async Task RunAsync(Dial dial)
    {
        string failure;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(dial.Cancelled, _stopping.Token);
            await WaitBackOffAsync(dial.Key.Address, stop.Token);
            stop.CancelAfter(context.Options.ConnectTimeout);
            Connection connection = await ConnectAsync(dial, stop.Token);
            Finish(dial, connection);
            return;
        }
        catch (RefusedException refused)
        {
            context.Refused(refused.Reason, null, $"{dial.Key.Address}: {refused.Message}");
            failure = refused.Message;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or WireFormatException or ObjectDisposedException)
        {
            failure = e is OperationCanceledException ? "timed out" : e.Message;
        }

        OnFailed(dial, failure);
    }

    private async Task WaitBackOffAsync(string address, CancellationToken stop)
    {
        if (!_backOffs.TryGetValue(address, out BackOffState? state)) return;
        long leftMs = state.NotBeforeMs - Environment.TickCount64;
        if (leftMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(leftMs), stop);
    }

    private async Task<Connection> ConnectAsync(Dial dial, CancellationToken deadline)
    {
        if (!PeerAddress.TryParse(dial.Key.Address, out string host, out int port)) throw new IOException("the address is not host:port");
        Socket socket = Sockets.Create();
        try
        {
            await socket.ConnectAsync(PeerAddress.ToEndPoint(host, port), deadline);
            Sockets.Tune(socket);
            HandshakeResult peer = await Handshake.RunAsync(context, new WatchfulStream(socket), dial.Key.Lane, deadline);
            return new Connection(context, table, socket, peer, dialled: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Finish(Dial dial, Connection connection)
    {
        Interlocked.Increment(ref context.Tally.ConnectionsDialled);
        _backOffs.TryRemove(dial.Key.Address, out _);
        table.Add(connection);
        bool wanted;
        List<PendingSend> rest;
        lock (table.Gate)
        {
            table.Dials.Remove(dial);
            wanted = dial.Wants(connection.Remote);
            rest = dial.TakeAll().FindAll(send => !TryDeliver(connection, send));
            if (wanted) PublishAll(connection);
        }

        connection.Start();
        if (!wanted && !dial.Cancelled.IsCancellationRequested)
        {
            context.Refused(Refusal.WrongNode, connection.RemoteEndPoint, $"another node than the one dialled answers at {dial.Key.Address}");
            connection.Close(Refusal.WrongNode);
            RememberFailure(dial.Key.Address);
        }
        else if (!wanted)
        {
            connection.Close();
        }

        GiveUp(rest);
        dial.Dispose();
    }

    private void PublishAll(Connection connection)
    {
        foreach ((NodeHandle handle, ushort index) in connection.Remote.All) Publish(connection, handle, index);
    }

    private void OnFailed(Dial dial, string failure)
    {
        if (!dial.Cancelled.IsCancellationRequested)
        {
            Interlocked.Increment(ref context.Tally.DialsFailed);
            context.Log.Unreachable(dial.Key.Address, failure);
            RememberFailure(dial.Key.Address);
        }

        List<PendingSend> rest;
        lock (table.Gate)
        {
            // The peer may have connected to us in the meantime, while this attempt was the one that counted.
            foreach (RingId target in dial.Targets.ToArray()) table.Republish(target, dial.Key.Lane);
            table.Dials.Remove(dial);
            rest = dial.TakeAll();
        }

        GiveUp(rest);
        dial.Dispose();
    }

    private bool TryDeliver(Connection connection, PendingSend send)
    {
        if (!connection.Remote.TryFind(send.To.Id, out ushort index, out _)) return false;
        table.Deliver(connection, index, send);
        return true;
    }

    private void Publish(Connection connection, NodeHandle handle, ushort index)
    {
        Refusal refusal = table.Publish(connection, handle, index);
        if (refusal != Refusal.None) context.Refused(refusal, connection.RemoteEndPoint, $"node {handle}");
    }

    private void GiveUp(List<PendingSend> sends)
    {
        // All are counted before anyone is told, so that whoever is told finds the counts as they are.
        foreach (PendingSend send in sends) context.DeadLetters.Add(DeadLetterReason.Unreachable, send.Message, send.To);
        foreach (PendingSend send in sends.DistinctBy(static s => (s.Source, s.To.Id))) send.Source.TellLinkFailed(send.To);
    }

    private void RememberFailure(string address)
    {
        if (_backOffs.Count >= BackOffsMax) ForgetOldFailures();
        BackOffState state = _backOffs.GetOrAdd(address, static _ => new BackOffState());
        TimeSpan wait = BackOff.AfterWithJitter(++state.Failures, context.Options.BackOffMin, context.Options.BackOffMax);
        state.NotBeforeMs = Environment.TickCount64 + (long)wait.TotalMilliseconds;
    }

    private void ForgetOldFailures()
    {
        long now = Environment.TickCount64;
        foreach ((string address, BackOffState state) in _backOffs)
        {
            if (state.NotBeforeMs < now) _backOffs.TryRemove(address, out _);
        }
    }

    private sealed class BackOffState
    {
        public int Failures;
        public long NotBeforeMs;
    }
}
