using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Connections;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Identity;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>What waits for connections that are being made, when several threads begin and end them.</summary>
public sealed class DialBookTests
{
    private static readonly DialKey Key = new("127.0.0.1:9", Lane.Control);
    private static readonly NodeHandle Peer = new(new RingId(7), Key.Address, 1);
    private static readonly NodeHandle Neighbour = new(new RingId(8), Key.Address, 1);

    private readonly DialBook _book = new();

    [Fact]
    public void What_waits_for_a_node_is_taken_in_order_and_the_rest_waits_on()
    {
        using Dial dial = Fresh();
        _book.Add(dial);
        for (int i = 0; i < 6; i++) Assert.True(dial.TryAdd(Send(i % 2 == 0 ? Peer : Neighbour, i)));

        Assert.Equal([0, 2, 4], _book.TakeFor(Peer, Lane.Control).Select(Number));
        Assert.Same(dial, _book.Find(Key));
        Assert.False(dial.Cancelled.IsCancellationRequested);
        Assert.Equal([Neighbour.Id], dial.Targets);
        Assert.Empty(_book.TakeFor(Peer, Lane.Bulk));
        Assert.Equal([1, 3, 5], dial.TakeAll().Select(Number));
    }

    [Fact]
    public void What_waits_for_a_node_at_its_old_address_is_taken_when_it_comes_from_another()
    {
        using Dial dial = Fresh();
        _book.Add(dial);
        Assert.True(dial.TryAdd(Send(Peer, 1)));
        Assert.Equal([1], _book.TakeFor(new NodeHandle(Peer.Id, "127.0.0.1:10", 2), Lane.Control).Select(Number));
        Assert.True(dial.Cancelled.IsCancellationRequested);
    }

    [Fact]
    public void What_waits_for_a_later_incarnation_waits_on()
    {
        using Dial dial = Fresh();
        _book.Add(dial);
        Assert.True(dial.TryAdd(Send(new NodeHandle(Peer.Id, Peer.Address, 2), 1)));
        Assert.Empty(_book.TakeFor(Peer, Lane.Control));
        Assert.Single(_book.TakeFor(new NodeHandle(Peer.Id, Peer.Address, 2), Lane.Control));
    }

    [Fact]
    public void An_attempt_that_nothing_waits_for_any_more_is_cancelled_and_not_found_again()
    {
        using Dial first = Fresh();
        using Dial second = Fresh();
        _book.Add(first);
        first.TryAdd(Send(Peer, 1));
        Assert.Single(_book.TakeFor(Peer, Lane.Control));
        Assert.True(first.Cancelled.IsCancellationRequested);
        Assert.Null(_book.Find(Key));

        // The first hears of it only now, and takes itself out of a book that holds its successor.
        _book.Add(second);
        _book.Remove(first);
        Assert.Same(second, _book.Find(Key));
    }

    [Fact]
    public void Room_is_bounded_and_comes_back_with_what_is_taken()
    {
        using Dial dial = Fresh();
        _book.Add(dial);
        Assert.True(dial.TryAdd(Send(Peer, 1, contentBytes: 600)));
        Assert.False(dial.TryAdd(Send(Peer, 2, contentBytes: 600)));
        Assert.True(dial.TryAdd(Send(Neighbour, 3)));
        Assert.Single(_book.TakeFor(Peer, Lane.Control));
        Assert.True(dial.TryAdd(Send(Peer, 4, contentBytes: 600)));
    }

    [Fact]
    public async Task Nobody_waits_for_a_node_whose_route_was_published_a_moment_before()
    {
        using NodeKey key = NodeKey.Create();
        using var context = new EngineContext(TestNode.Options, TestCodec.Instance, new ProcessIdentity(key), NullLogger.Instance);
        var table = new ConnectionTable(context);
        using var dialer = new Dialer(context, table);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        using var connection = new Connection(context, table, socket, Introduced(key, socket), dialled: false);
        table.Add(connection);

        // Whoever looked for the route before this line goes on to the dialler after it; its next message would find the route.
        table.Publish(connection, Peer, 0);
        Assert.Equal(SendOutcome.Closed, dialer.TryEnqueue(Send(Peer, 1), Lane.Control));
        Assert.Equal(0, dialer.Count);
    }

    private static HandshakeResult Introduced(NodeKey key, Socket socket)
    {
        var hello = new Hello(WireCodec.Version, "pastry", new byte[Hello.NonceSizeBytes], key.PublicKey.ToArray(), Lane.Control, 1 << 20, 1 << 20);
        byte[] greeting = RawPeer.Body(hello.Write);
        var proof = Proof.Of(greeting, greeting, dialled: true);
        var remote = new RemoteTable(nodesMax: 1);
        Assert.True(remote.TryAdd(0, Peer));
        return new HandshakeResult(new NetworkStream(socket), hello, proof, new LocalTable(proof), remote);
    }

    private static Dial Fresh() => new(Key, messagesMax: 8, contentBytesMax: 1024);

    private static PendingSend Send(NodeHandle to, long number, int contentBytes = 0) =>
        new(null!, to, new Note(number), contentBytes == 0 ? null : new MemoryContent(new byte[contentBytes]), null);

    private static long Number(PendingSend send) => ((Note)send.Message).Number;
}
