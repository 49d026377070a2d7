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

    private readonly DialBook _dials = new();
    private readonly ConcurrentDictionary<string, BackOffState> _backOffs = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Connections being made.</summary>
    public int Count => _dials.Count;

    /// <summary>Lets a message wait for a connection. Closed if one was finished meanwhile: look for the route again.</summary>
    public SendOutcome TryEnqueue(in PendingSend send, Lane lane)
    {
        var key = new DialKey(send.To.Address, lane);
        bool started = false;
        if (_dials.Find(key) is not { } dial)
        {
            if (_dials.Count >= context.Options.ConnectionsMax || _stopping.IsCancellationRequested)
            {
                GiveUp([send]);
                return SendOutcome.Queued;
            }

            TcpOptions options = context.Options;
            var fresh = new Dial(key, lane == Lane.Control ? options.ControlQueueMessages : options.BulkQueueMessages, options.QueueContentBytes);
            dial = _dials.GetOrAdd(fresh);
            started = dial == fresh;
        }

        SendOutcome outcome = _dials.TryAdd(dial, send);
        if (started) _ = Task.Run(() => RunAsync(dial));
        return outcome;
    }

    /// <summary>
    /// A peer connected to us. What waits for its nodes goes out over that connection, and our own attempt is dropped: but only if our
    /// process id is the higher one. The lower one keeps dialling, so that of two that dial each other at once exactly one gives way.
    /// </summary>
    public void OnAccepted(Connection connection)
    {
        bool givesWay = connection.PeerProcess < context.Identity.Id;
        foreach ((NodeHandle handle, ushort index) in connection.Remote.All)
        {
            _backOffs.TryRemove(handle.Address, out _);
            Dial? dial = _dials.Find(new DialKey(handle.Address, connection.Lane));
            if (dial is not null && !givesWay && dial.Awaits(handle.Id)) continue;
            bool yielded = dial is not null && dial.Yield(handle.Id, send => Deliver(connection, index, send), () => Publish(connection, handle, index));
            if (!yielded) Publish(connection, handle, index);
        }
    }

    /// <summary>Makes no more connections.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        foreach (Dial dial in _dials.All) dial.Cancel();
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
            HandshakeResult peer = await Handshake.RunAsync(context, new NetworkStream(socket, ownsSocket: false), dial.Key.Lane, deadline);
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
        bool wanted = dial.Wants(connection.Remote);
        table.Add(connection);
        List<PendingSend> rest = dial.Close(send => TryDeliver(connection, send), () => PublishAll(connection, wanted));
        _dials.Remove(dial);
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

    private void PublishAll(Connection connection, bool wanted)
    {
        foreach ((NodeHandle handle, ushort index) in connection.Remote.All)
        {
            if (wanted) Publish(connection, handle, index);
        }
    }

    private void OnFailed(Dial dial, string failure)
    {
        if (!dial.Cancelled.IsCancellationRequested)
        {
            Interlocked.Increment(ref context.Tally.DialsFailed);
            context.Log.Unreachable(dial.Key.Address, failure);
            RememberFailure(dial.Key.Address);
        }

        // The peer may have connected to us in the meantime, while this attempt was the one that counted.
        List<PendingSend> rest = dial.Close(send => TryRescue(dial.Key.Lane, send));
        _dials.Remove(dial);
        GiveUp(rest);
        dial.Dispose();
    }

    private bool TryRescue(Lane lane, PendingSend send)
    {
        table.Republish(send.To.Id, lane);
        return table.TryGetRoute(send.To, lane, out Route? route) && TryDeliver(route!.Connection, send);
    }

    private bool TryDeliver(Connection connection, PendingSend send)
    {
        if (!connection.Remote.TryFind(send.To.Id, out ushort index, out _)) return false;
        Deliver(connection, index, send);
        return true;
    }

    private void Deliver(Connection connection, ushort index, PendingSend send)
    {
        SendOutcome outcome = connection.TrySend(new SendItem(send.Source, index, send.Message, send.Content, send.Trace));
        if (outcome != SendOutcome.Queued) context.DeadLetters.Add(DeadLetterReason.SendQueueFull, send.Message, send.To);
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
