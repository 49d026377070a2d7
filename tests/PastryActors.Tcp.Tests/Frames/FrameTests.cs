using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Frames;

public sealed class FrameTests
{
    [Fact]
    public void The_header_has_the_layout_of_the_document()
    {
        byte[] bytes = new byte[FrameHeader.SizeBytes];
        new FrameHeader(0x64, HasContent: true, 0x0102, 0x0304, 0x05060708, 0x090A0B0C).WriteTo(bytes);
        Assert.Equal("504101640001010203040506070809" + "0a0b0c", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Any_header_is_read_as_written_or_refused_within_the_limits()
    {
        var random = new Random(17);
        byte[] bytes = new byte[FrameHeader.SizeBytes];
        for (int i = 0; i < 100_000; i++)
        {
            new FrameHeader((byte)random.Next(256), random.Next(2) == 1, 1, 2, random.Next(2000), 0).WriteTo(bytes);
            for (int flips = random.Next(3); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (FrameHeader.TryRead(bytes, 1000, 500, out FrameHeader header) != Refusal.None) continue;
            Assert.InRange(header.MessageBytes, 0, 1000);
            Assert.InRange(header.ContentBytes, 0, 500);
            byte[] again = new byte[FrameHeader.SizeBytes];
            header.WriteTo(again);
            Assert.Equal(bytes, again);
        }
    }

    [Fact]
    public void Handshake_frames_come_back_as_written()
    {
        using NodeKey key = NodeKey.Create();
        var hello = new Hello(1, "ring", new byte[32], key.PublicKey.ToArray(), Lane.Bulk, 1000, 2000);
        Hello readHello = Hello.Read(new WireReader(RawPeer.Body(hello.Write), TestCodec.Instance));
        Assert.Equal(RawPeer.Body(hello.Write), RawPeer.Body(readHello.Write));

        var handle = new NodeHandle(key.NodeId, "[::1]:900", 7);
        var announcement = new Announcement([1, 2], [new AnnouncedNode(3, handle, [4], [5, 6])]);
        Announcement readAnnouncement = Announcement.Read(new WireReader(RawPeer.Body(announcement.Write), TestCodec.Instance));
        Assert.Equal(handle, readAnnouncement.Nodes[0].Handle);
        Assert.Equal(RawPeer.Body(announcement.Write), RawPeer.Body(readAnnouncement.Write));
    }

    [Fact]
    public void Noise_in_handshake_frames_is_malformed_and_nothing_else()
    {
        using NodeKey key = NodeKey.Create();
        byte[] hello = RawPeer.Body(new Hello(1, "ring", new byte[32], key.PublicKey.ToArray(), Lane.Bulk, 1000, 2000).Write);
        byte[] announcement = RawPeer.Body(new Announcement([1], [new AnnouncedNode(0, new NodeHandle(key.NodeId, "a:1", 1), [1], [2])]).Write);
        var random = new Random(23);
        for (int i = 0; i < 20_000; i++)
        {
            TryRead(() => Hello.Read(new WireReader(Spoiled(hello, random), TestCodec.Instance)));
            TryRead(() => Announcement.Read(new WireReader(Spoiled(announcement, random), TestCodec.Instance)));
            Goodbye.Read(Spoiled([8, 4], random));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_proof_holds_for_its_node_its_place_and_its_connection_alone(bool dialled)
    {
        using NodeKey key = NodeKey.Create();
        using NodeKey other = NodeKey.Create();
        var own = Proof.Of([1], [2], dialled);
        var peer = Proof.Of([2], [1], !dialled);
        var handle = new NodeHandle(key.NodeId, "a:1", 1);
        AnnouncedNode good = own.SignNode(0, handle, key);

        Assert.True(peer.VerifyNode(good));
        Assert.False(own.VerifyNode(good));
        Assert.False(Proof.Of([2], [3], !dialled).VerifyNode(good));
        Assert.False(peer.VerifyNode(good with { Index = 1 }));
        Assert.False(peer.VerifyNode(good with { Handle = handle with { Address = "a:2" } }));
        Assert.False(peer.VerifyNode(good with { Handle = handle with { Incarnation = 2 } }));
        Assert.False(peer.VerifyNode(own.SignNode(0, handle, other)));
        Assert.False(peer.VerifyNode(own.SignNode(0, handle with { Address = "a\n:1" }, key)));
        Assert.True(peer.VerifyProcess(key.PublicKey.Span, own.SignProcess(key)));
        Assert.False(own.VerifyProcess(key.PublicKey.Span, own.SignProcess(key)));
    }

    private static byte[] Spoiled(byte[] good, Random random)
    {
        byte[] bad = good[..random.Next(good.Length + 1)];
        for (int flips = random.Next(4); flips > 0 && bad.Length > 0; flips--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
        return bad;
    }

    private static void TryRead(Action read)
    {
        try
        {
            read();
        }
        catch (WireFormatException)
        {
            // The one exception that may come.
        }
    }
}
