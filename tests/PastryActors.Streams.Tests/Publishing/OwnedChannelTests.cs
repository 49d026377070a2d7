using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;
using PastryActors.Streams.Tests.Coding;

namespace PastryActors.Streams.Tests.Publishing;

/// <summary>A channel that is named after a node: nobody takes another's stream in it, wherever in the trees it stands.</summary>
public sealed class OwnedChannelTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly NodeHandle Owner = FakeHost.Peer(At(0x11));
    private static readonly NodeHandle Stranger = FakeHost.Peer(At(0x22));
    private static readonly NodeHandle Child = FakeHost.Peer(At(0x81));
    private static readonly string Name = $"live@{Owner.Id}";
    private static readonly RingId Stripe = ChannelName.StripeOf(ChannelName.IdOf(Name), 8);
    private static readonly StreamKey Own = new(100, Owner.Id);
    private static readonly StreamKey Strange = new(200, Stranger.Id);

    [Fact]
    public void Only_its_owner_may_publish_and_everybody_else_is_told_whose_it_is()
    {
        FakeHost stranger = HostAt(Stranger.Id);
        stranger.Component.OnRequest(new OpenStream(1, Minute, Name, 100));
        Failed failed = Assert.IsType<Failed>(Assert.Single(stranger.Replies));
        Assert.Equal(FailureCode.Forbidden, failed.Code);
        Assert.Contains(Name, failed.Detail, StringComparison.Ordinal);
        FakeHost owner = HostAt(Owner.Id);
        owner.Component.OnRequest(new OpenStream(1, Minute, Name, 100));
        Assert.Empty(owner.Replies);
        Assert.Equal(16, owner.Routed.Count(static r => r.Message is StripeHead));
    }

    [Fact]
    public void A_root_answers_no_stranger_and_passes_nothing_of_one()
    {
        FakeHost root = Root();
        Ask(root, Stranger, Strange);
        root.Receive(Piece(Strange), Stranger);
        Assert.DoesNotContain(root.Sent, static s => s.Message is StripePiece or StripeHead { Word: HeadWord.Here or HeadWord.InUse });
        Assert.Contains(root.Facts, static f => f.Kind == FactKind.MessageRefused);
        Ask(root, Owner, Own);
        Assert.Equal(new StripeHead(Stripe, root.Self, HeadWord.Here, Own, 0, 7), Assert.Single(root.TakeSent<StripeHead>(), static s => s.To == Owner).Message);
        root.Receive(Piece(Own), Owner);
        Assert.Equal(Child, Assert.Single(root.TakeSent<StripePiece>()).To);
    }

    [Fact]
    public void A_question_in_the_owners_name_takes_nothing_from_it()
    {
        FakeHost root = Root();
        Ask(root, Stranger, Own with { Epoch = 1UL << 61 });
        Ask(root, Stranger, Own with { Epoch = 1UL << 61 });
        root.Sent.Clear();
        root.Receive(Piece(Own), Owner);
        Assert.Single(root.TakeSent<StripePiece>());
    }

    [Fact]
    public void A_reader_takes_neither_pieces_nor_positions_of_a_strangers_stream_from_its_parents()
    {
        FakeHost reader = HostAt(At(0x8E));
        reader.Component.OnRequest(new WatchChannel(1, Minute, Name));
        for (int i = 0; i < 16; i++)
        {
            RingId stripe = ChannelName.StripeOf(ChannelName.IdOf(Name), i);
            ulong nonce = ((JoinStripe)reader.Routed.Last(r => r.Key == stripe).Message).Nonce;
            reader.Receive(new StripeAccepted(stripe, nonce, [Child.Id]), Child);
            reader.Receive(new StripeBeat(stripe, [Child.Id], new StreamPosition(Strange, 5, false)), Child);
        }

        foreach (StreamKey key in (StreamKey[])[Strange, Own])
        {
            for (int i = 0; i < 16; i++) reader.Receive(Piece(key, i), Child);
        }

        Assert.Equal([Own], reader.Replies.OfType<StreamBegan>().Select(static b => b.Key));
        Assert.Single(reader.Replies.OfType<StreamBlock>());
        Assert.Empty(reader.Replies.OfType<StreamGap>());
    }

    private static RingId At(int digits) => new(((UInt128)(uint)digits << 120) | ((UInt128)(uint)digits << 60));

    private static FakeHost HostAt(RingId self) => new(self, null, self.Plus(1), self.Plus(2), self.Plus(UInt128.MaxValue), self.Plus(UInt128.MaxValue - 1));

    /// <summary>The root of stripe 8, with one child.</summary>
    private static FakeHost Root()
    {
        FakeHost root = HostAt(Stripe);
        root.Passes(new JoinStripe(Stripe, Child, 1, true), Stripe, Child);
        root.Receive(new StripeAlive(Stripe, true, 0), Child);
        root.Sent.Clear();
        return root;
    }

    private static void Ask(FakeHost root, NodeHandle by, StreamKey key) =>
        root.Component.Deliver(new RoutedMessage { Key = Stripe, Source = by, Payload = new StripeHead(Stripe, by, HeadWord.Ask, key, 0, 7) });

    private static StripePiece Piece(StreamKey key, int stripe = 8)
    {
        Core.Collections.Blob[] pieces = BlockCode.Split(BlockCodeTests.Block(100));
        return new StripePiece(ChannelName.StripeOf(ChannelName.IdOf(Name), stripe), key, 1, 100, false, pieces[stripe], PieceTree.ProofsOf(pieces)[stripe]);
    }
}
