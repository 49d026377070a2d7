using PastryActors.Core.Driving;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class HostileFrameTests
{
    private static readonly TcpOptions Plain = TestNode.Options with { Tls = false, MessageBytesMax = 2000, ContentBytesMax = 4000 };

    [Fact]
    public async Task A_message_beyond_the_limit_closes_the_connection_and_names_the_limit()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using var peer = new RawPeer();
        await peer.IntroduceAsync(a.Engine);

        await peer.SendHeaderAsync(new FrameHeader(Note.Number100, HasContent: false, 0, 0, 2001, 0));

        Assert.Equal(Refusal.MessageTooLarge, await peer.ReadToEndAsync());
        Assert.Equal(1, a.Engine.RefusalsOf(Refusal.MessageTooLarge));
    }

    [Theory]
    [InlineData(4001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task Content_beyond_the_limit_closes_the_connection(int bytes)
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using var peer = new RawPeer();
        await peer.IntroduceAsync(a.Engine);

        await peer.SendHeaderAsync(new FrameHeader(Note.Number100, HasContent: true, 0, 0, 0, bytes));

        Assert.Equal(Refusal.ContentTooLarge, await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task A_message_from_a_node_that_was_not_announced_is_skipped()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using var peer = new RawPeer();
        await peer.IntroduceAsync(a.Engine);

        await peer.SendAsync(Note.Number100, RawPeer.Body(new Note(1).Write), source: 5);
        await peer.SendAsync(Note.Number100, RawPeer.Body(new Note(2).Write));

        Assert.Equal(new Note(2), (await a.ReceiveAsync()).Body);
        Assert.Equal(1, a.Engine.RefusalsOf(Refusal.UnknownNode));
    }

    [Fact]
    public async Task What_came_with_a_frame_that_is_refused_but_before_it_is_handled()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using var peer = new RawPeer();
        await peer.IntroduceAsync(a.Engine);

        byte[] body = RawPeer.Body(new Note(1).Write);
        byte[] both = new byte[FrameHeader.SizeBytes + body.Length + FrameHeader.SizeBytes];
        new FrameHeader(Note.Number100, HasContent: false, 0, 0, body.Length, 0).WriteTo(both);
        body.CopyTo(both, FrameHeader.SizeBytes);
        await peer.Stream.WriteAsync(both);

        Assert.Equal(new Note(1), (await a.ReceiveAsync()).Body);
        Assert.Equal(Refusal.NotThisProtocol, await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Noise_after_a_good_handshake_never_ends_the_engine()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        var random = new Random(11);
        for (int i = 0; i < 50; i++)
        {
            using var peer = new RawPeer();
            await peer.IntroduceAsync(a.Engine);
            byte[] noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            // Half of it looks like a frame of the transport or of a message, with a body of noise.
            if (i % 2 == 0) await peer.SendAsync((byte)(i % 4 == 0 ? FrameKind.FirstOfTransport + (i % 5) : Note.Number100), noise);
            else await peer.Stream.WriteAsync(noise);
        }

        await using TestNode b = await TestNode.StartAsync(Plain);
        b.Send(a.Handle, new Note(1));
        NodeEvent got = await a.ReceiveAsync();
        while (!got.From!.Equals(b.Handle)) got = await a.ReceiveAsync();
        Assert.Equal(1, a.Starts);
    }
}
