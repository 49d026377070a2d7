using System.Net;
using System.Net.Sockets;
using PastryActors.Core.Wire;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// Listens, and lets in who proves itself in time. Strangers cost a socket for as long as the handshake may take, and no more of them
/// than the bound are heard at once.
/// </summary>
internal sealed class Acceptor : IDisposable
{
    private const int Backlog = 512;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly EngineContext _context;
    private readonly ConnectionTable _table;
    private readonly Dialer _dialer;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public Acceptor(EngineContext context, ConnectionTable table, Dialer dialer, IPEndPoint address)
    {
        (_context, _table, _dialer) = (context, table, dialer);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(address);
            _listener.Listen(Backlog);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        BoundEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint BoundEndPoint { get; }

    /// <summary>Starts to accept.</summary>
    public void Start() => _ = Task.Run(AcceptAsync);

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Admit(await _listener.AcceptAsync(_stopping.Token));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (_stopping.IsCancellationRequested) return;
                // Out of descriptors, or a peer that was gone before it was accepted: neither may end the listener.
                _context.AcceptFailed(e.Message);
                await Task.Delay(PauseAfterFailure);
            }
        }
    }

    private void Admit(Socket socket)
    {
        if (Interlocked.Increment(ref _context.Tally.HandshakesOpen) <= _context.Options.HandshakesMax)
        {
            _ = Task.Run(() => HandshakeAsync(socket));
            return;
        }

        Interlocked.Decrement(ref _context.Tally.HandshakesOpen);
        _context.Refused(Refusal.TooManyHandshakes, null, $"the limit is {_context.Options.HandshakesMax} (tcp.handshakesMax)");
        socket.Dispose();
    }

    private async Task HandshakeAsync(Socket socket)
    {
        EndPoint? stranger = null;
        try
        {
            stranger = socket.RemoteEndPoint;
            Sockets.Tune(socket);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            deadline.CancelAfter(_context.Options.HandshakeTimeout);
            HandshakeResult peer = await Handshake.RunAsync(_context, new WatchfulStream(socket), dialledLane: null, deadline.Token);
            LetIn(new Connection(_context, _table, socket, peer, dialled: false));
        }
        catch (Exception e)
        {
            // Whatever a stranger provoked: it costs the stranger its connection, and nothing else.
            (Refusal reason, string detail) = Classify(e);
            if (!_stopping.IsCancellationRequested) _context.Refused(reason, stranger, detail);
            socket.Dispose();
        }
        finally
        {
            Interlocked.Decrement(ref _context.Tally.HandshakesOpen);
        }
    }

    private void LetIn(Connection connection)
    {
        Interlocked.Increment(ref _context.Tally.ConnectionsAccepted);
        _table.Add(connection);
        _dialer.OnAccepted(connection);
        connection.Start();
    }

    private (Refusal Reason, string Detail) Classify(Exception e) => e switch
    {
        RefusedException refused => (refused.Reason, refused.Message),
        OperationCanceledException => (Refusal.HandshakeTimeout, $"not done within {_context.Options.HandshakeTimeout.TotalSeconds:0.#} s (tcp.handshakeTimeout)"),
        WireFormatException malformed => (Refusal.BadHandshake, malformed.Message),
        EndOfStreamException => (Refusal.BadHandshake, "it hung up during the handshake"),
        _ => (Refusal.BadHandshake, e.Message),
    };
}
