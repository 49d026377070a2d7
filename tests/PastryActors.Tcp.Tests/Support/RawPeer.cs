using System.Net.Sockets;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Tests.Support;

/// <summary>A peer made by hand, without TLS, that can lie at every step.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient _client = new();

    public NodeKey Key { get; } = NodeKey.Create();
    public NetworkStream Stream => _client.GetStream();
    public Proof? Proof { get; private set; }
    public Func<Hello, Hello> Greeting { get; init; } = hello => hello;
    public Func<Announcement, Proof, Announcement> Announcing { get; init; } = (announcement, _) => announcement;
    public NodeHandle Handle => new(Key.NodeId, "127.0.0.1:1", 1);

    public async Task ConnectAsync(TcpEngine engine)
    {
        Assert.True(PeerAddress.TryParse(engine.BoundAddress, out string host, out int port));
        await _client.ConnectAsync(host, port);
        _client.ReceiveTimeout = (int)TestNode.Deadline.TotalMilliseconds;
    }

    /// <summary>Goes through the handshake as far as the engine lets it.</summary>
    public async Task IntroduceAsync(TcpEngine engine)
    {
        await ConnectAsync(engine);
        var hello = Greeting(new Hello(WireCodec.Version, "pastry", new byte[Hello.NonceSizeBytes], Key.PublicKey.ToArray(), Lane.Control, 1 << 20, 1 << 20));
        byte[] own = Body(hello.Write);
        await SendAsync(FrameKind.Hello, own);
        (byte kind, byte[] theirs) = await ReadFrameAsync();
        Assert.Equal(FrameKind.Hello, kind);
        Proof = Proof.Of(own, theirs, dialled: true);
        var announcement = new Announcement(Proof.SignProcess(Key), [Proof.SignNode(0, Handle, Key)]);
        await SendAsync(FrameKind.Announce, Body(Announcing(announcement, Proof).Write));
        await SkipToAsync(FrameKind.Announce);
    }

    public async Task SendAsync(byte kind, byte[] body, ushort source = 0)
    {
        byte[] frame = new byte[FrameHeader.SizeBytes + body.Length];
        new FrameHeader(kind, HasContent: false, source, 0, body.Length, 0).WriteTo(frame);
        body.CopyTo(frame, FrameHeader.SizeBytes);
        await Stream.WriteAsync(frame);
    }

    public async Task SendHeaderAsync(FrameHeader header)
    {
        byte[] bytes = new byte[FrameHeader.SizeBytes];
        header.WriteTo(bytes);
        await Stream.WriteAsync(bytes);
    }

    public static byte[] Body(Action<WireWriter> write)
    {
        var writer = new WireWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Reads until the engine ends the connection; the reason it gave, if it gave one.</summary>
    public async Task<Refusal> ReadToEndAsync()
    {
        Refusal reason = Refusal.None;
        try
        {
            while (true)
            {
                (byte kind, byte[] body) = await ReadFrameAsync();
                if (kind == FrameKind.Goodbye) reason = Goodbye.Read(body);
            }
        }
        catch (IOException)
        {
            return reason;
        }
    }

    public async Task<(byte Kind, byte[] Body)> ReadFrameAsync()
    {
        using var deadline = new CancellationTokenSource(TestNode.Deadline);
        byte[] head = new byte[FrameHeader.SizeBytes];
        await Stream.ReadExactlyAsync(head, deadline.Token);
        Assert.Equal(Refusal.None, FrameHeader.TryRead(head, 1 << 20, 1 << 20, out FrameHeader header));
        byte[] body = new byte[header.MessageBytes];
        await Stream.ReadExactlyAsync(body, deadline.Token);
        return (header.Kind, body);
    }

    public void Dispose()
    {
        _client.Dispose();
        Key.Dispose();
    }

    private async Task SkipToAsync(byte kind)
    {
        try
        {
            while ((await ReadFrameAsync()).Kind != kind)
            {
            }
        }
        catch (IOException)
        {
            // Refused: the test looks at the engine's counters.
        }
    }
}
