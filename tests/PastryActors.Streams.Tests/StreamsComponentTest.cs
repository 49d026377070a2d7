using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;
using PastryActors.Streams.Tests.Coding;

namespace PastryActors.Streams.Tests;

/// <summary>One component alone. The node's first digit is 8: stripe 8 of every channel belongs to it.</summary>
public abstract class StreamsComponentTest
{
    private protected const string Name = "live";

    private protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private protected static readonly RingId Channel = ChannelName.IdOf(Name);
    private protected static readonly NodeHandle Parent = FakeHost.Peer(At(8, 0xF));
    private protected static readonly NodeHandle Publisher = FakeHost.Peer(At(1, 1));
    private protected static readonly StreamKey Key = new(100, Publisher.Id);

    // Close to no stripe's key: a root of nothing, with neighbours all around.
    private protected FakeHost Host { get; } = HostAt(At(8, 0xE));

    /// <summary>A point with these two first digits, far from any stripe's key.</summary>
    private protected static RingId At(int first, int second) => new(((UInt128)(uint)((first << 4) | second) << 120) | 7);

    private protected static RingId Stripe(int index) => ChannelName.StripeOf(Channel, index);

    private protected static NodeHandle Root(int stripe) => FakeHost.Peer(Stripe(stripe));

    private protected static FakeHost HostAt(RingId self, StreamsOptions? options = null) => new(self, options, self.Plus(1), self.Plus(2), self.Plus(3), self.Plus(4), self.Plus(UInt128.MaxValue), self.Plus(UInt128.MaxValue - 1), self.Plus(UInt128.MaxValue - 2), self.Plus(UInt128.MaxValue - 3));

    private protected static JoinStripe Join(int stripe, NodeHandle child, ulong nonce = 1) => new(Stripe(stripe), child, nonce, true);

    private protected static void Watch(FakeHost host) => host.Component.OnRequest(new WatchChannel(1, Timeout, Name));

    /// <summary>A child of stripe 8 that has said its first word.</summary>
    private protected static void Take(FakeHost host, NodeHandle child)
    {
        host.Passes(Join(8, child), Stripe(8), child);
        host.Receive(new StripeAlive(Stripe(8), true, 0), child);
        host.Sent.Clear();
    }

    private protected static JoinStripe RoutedJoin(FakeHost host, int stripe) => (JoinStripe)host.Routed.Last(r => r.Key == Stripe(stripe)).Message;

    private protected static void Attach(FakeHost host, int stripe) => host.Receive(new StripeAccepted(Stripe(stripe), RoutedJoin(host, stripe).Nonce, [Parent.Id]), Parent);

    private protected static FakeHost Attached(int offer, int stripe = 8)
    {
        FakeHost host = HostAt(At(8, 0xE), new StreamsOptions { Offer = offer });
        Watch(host);
        Attach(host, stripe);
        return host;
    }

    private protected static void Open(FakeHost host, long bytesPerSecond = 0) => host.Component.OnRequest(new OpenStream(1, Timeout, Name, 100) { BytesPerSecond = bytesPerSecond });

    private protected static void Here(FakeHost host, int stripe, ulong taken = 0) =>
        host.Receive(new StripeHead(Stripe(stripe), Root(stripe), HeadWord.Here, new StreamKey(100, host.Self.Id), taken, NonceOf(host, stripe)), Root(stripe));

    private protected static ulong NonceOf(FakeHost host, int stripe) => ((StripeHead)host.Routed.Last(r => r.Key == Stripe(stripe)).Message).Nonce;

    private protected static void GiveAll(FakeHost host, ulong block)
    {
        for (int stripe = 0; stripe < 16; stripe++) host.Receive(Piece(stripe, block), Parent);
    }

    private protected static StripePiece Piece(int stripe, ulong block)
    {
        Blob content = BlockCodeTests.Block(100, block);
        Blob[] pieces = BlockCode.Split(content);
        return new StripePiece(Stripe(stripe), Key, block, content.Length, false, pieces[stripe], PieceTree.ProofsOf(pieces)[stripe]);
    }

    private protected static Blob Payload(JoinStripe join)
    {
        var writer = new WireWriter();
        join.Write(writer);
        return writer.Written.ToArray();
    }
}
