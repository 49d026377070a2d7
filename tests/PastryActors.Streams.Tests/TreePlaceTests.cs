using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Tests;

/// <summary>How a node takes its place in a stripe's tree, gives places to others, and loses them.</summary>
public sealed class TreePlaceTests : StreamsComponentTest
{
    [Fact]
    public void A_join_passes_by_who_is_not_in_the_tree_and_whom_the_stripe_does_not_belong_to()
    {
        NodeHandle child = FakeHost.Peer(At(3, 3));
        Assert.True(Host.Passes(Join(8, child), Stripe(8), child));
        Watch(Host);
        Assert.True(Host.Passes(Join(8, child), Stripe(8), child));
        Attach(Host, 8);
        Attach(Host, 3);
        Assert.False(Host.Passes(Join(8, child), Stripe(8), child));
        Assert.True(Host.Passes(Join(3, child), Stripe(3), child));
    }

    [Fact]
    public void Nobody_serves_more_than_it_offers()
    {
        FakeHost host = Attached(offer: 2);
        host.Sent.Clear();
        NodeHandle[] children = [.. Enumerable.Range(1, 4).Select(i => FakeHost.Peer(At(i, 0)))];
        foreach (NodeHandle child in children) host.Passes(Join(8, child), Stripe(8), child);
        Assert.Equal(children.Take(2), host.Sent.Where(static s => s.Message is StripeAccepted).Select(static s => s.To));
        Assert.Equal(children.Skip(2), host.Sent.Where(static s => s.Message is StripeDeclined).Select(static s => s.To));
    }

    [Fact]
    public void One_who_can_forward_takes_the_place_of_one_who_shares_less_and_is_named_to_it()
    {
        FakeHost host = Attached(offer: 1);
        NodeHandle stranger = FakeHost.Peer(At(3, 3));
        NodeHandle near = FakeHost.Peer(At(8, 8));
        host.Passes(Join(8, stranger, nonce: 5), Stripe(8), stranger);
        host.Sent.Clear();
        host.Passes(Join(8, near), Stripe(8), near);
        Assert.Contains(host.Sent, s => s.Message is StripeAccepted && s.To == near);
        (StripeDeclined declined, NodeHandle to) = host.TakeSent<StripeDeclined>().Single();
        Assert.Equal((stranger, 5UL, Parent), (to, declined.Nonce, declined.Parent));
    }

    [Fact]
    public void A_node_without_an_offer_lets_joins_pass()
    {
        NodeHandle child = FakeHost.Peer(At(3, 3));
        Assert.True(Attached(offer: 0).Passes(Join(8, child), Stripe(8), child));
    }

    [Fact]
    public void A_root_without_an_offer_has_a_reader_be_root_in_its_place()
    {
        FakeHost root = HostAt(Stripe(8), new StreamsOptions { Offer = 0 });
        NodeHandle first = FakeHost.Peer(At(3, 3));
        NodeHandle other = FakeHost.Peer(At(4, 4));
        NodeHandle own = FakeHost.Peer(At(8, 1));
        Assert.False(root.Passes(Join(8, first), Stripe(8), first));
        Assert.Empty(root.TakeSent<StripeAccepted>().Single().Message.Path);
        root.Passes(Join(8, other), Stripe(8), other);
        Assert.Equal([first], root.TakeSent<StripeDeclined>().Single().Message.Candidates);
        // One whom the stripe belongs to is better.
        root.Passes(Join(8, own), Stripe(8), own);
        Assert.Contains(root.Sent, s => s.Message is LeaveStripe && s.To == first);
        Assert.Equal(own, root.TakeSent<StripeAccepted>().Single().To);
        root.Component.Deliver(new Pastry.Applications.RoutedMessage { Key = Stripe(8), Source = Publisher, Payload = new StripeHead(Stripe(8), Publisher, HeadWord.Ask, Key, 0, 77) });
        Assert.Equal((Publisher, new StripeHead(Stripe(8), own, HeadWord.Here, Key, 0, 77)), root.TakeSent<StripeHead>().Select(static s => (s.To, s.Message)).Single());
        root.Pass(Second * 10);
        root.Passes(Join(8, other), Stripe(8), other);
        Assert.Equal(other, root.TakeSent<StripeAccepted>().Single().To);
    }

    [Fact]
    public void A_deputy_takes_pieces_of_the_publisher_until_the_root_says_otherwise_or_is_silent()
    {
        FakeHost host = Attached(offer: 8, stripe: 3);
        NodeHandle root = FakeHost.Peer(Stripe(8));
        NodeHandle child = FakeHost.Peer(At(8, 1));
        host.Receive(new StripeAccepted(Stripe(8), RoutedJoin(host, 8).Nonce, []), root);
        Take(host, child);
        host.Receive(Piece(8, 1), Publisher);
        Assert.Equal(child, host.TakeSent<StripePiece>().Single().To);
        host.Pass(Second * 3);
        Assert.Contains(host.TakeSent<StripeAlive>(), s => s.To == root);
        host.Routed.Clear();
        host.Pass(Second * 7);
        Assert.Contains(host.Routed, static r => r.Key == Stripe(8) && r.Message is JoinStripe);
    }

    [Fact]
    public void Nobody_who_was_not_asked_is_taken_for_a_root()
    {
        Open(Host);
        for (int stripe = 0; stripe < 16; stripe++) Host.Receive(new StripeHead(Stripe(stripe), Parent, HeadWord.Here, new StreamKey(100, Host.Self.Id), 0), Parent);
        Assert.Empty(Host.Replies);
    }

    [Fact]
    public void Whoever_stands_above_is_no_child()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Receive(Join(8, Parent), Parent);
        Assert.Equal(Parent, host.TakeSent<StripeDeclined>().Single().To);
    }

    [Fact]
    public void A_join_for_another_than_the_sender_is_refused()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Receive(Join(8, FakeHost.Peer(At(3, 3))), FakeHost.Peer(At(4, 4)));
        Assert.Empty(host.Sent);
        Assert.Contains(host.Facts, static f => f.Kind == FactKind.MessageRefused);
    }

    [Fact]
    public void One_who_is_declined_asks_the_children_then_the_parent_then_those_with_room_and_then_rests()
    {
        Watch(Host);
        JoinStripe join = RoutedJoin(Host, 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        NodeHandle full = FakeHost.Peer(At(8, 2));
        NodeHandle above = FakeHost.Peer(At(8, 3));
        Host.Sent.Clear();
        Host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [child], above), full);
        Assert.Equal(child, Host.TakeSent<JoinStripe>().Single().To);
        Host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [], full), child);
        Assert.Equal(above, Host.TakeSent<JoinStripe>().Single().To);
        Host.Receive(new StripeDeclined(Stripe(8), join.Nonce, [], null), above);
        Assert.Empty(Host.TakeSent<JoinStripe>());
        Assert.Single(Host.Anycasts).Done(null);
        Host.Routed.Clear();
        Host.Pass(Second * 3);
        Assert.Contains(Host.Routed, static r => r.Key == Stripe(8));
    }

    [Fact]
    public void An_orphan_begins_with_those_whom_its_parent_names()
    {
        FakeHost host = Attached(offer: 8);
        ulong nonce = RoutedJoin(host, 8).Nonce;
        NodeHandle sibling = FakeHost.Peer(At(8, 1));
        host.Sent.Clear();
        host.Routed.Clear();
        // Of another join than the one that was accepted: an answer that comes late.
        host.Receive(new StripeDeclined(Stripe(8), nonce + 2, [sibling], null), Parent);
        Assert.Empty(host.Sent);
        host.Receive(new StripeDeclined(Stripe(8), nonce, [sibling], null), Parent);
        Assert.Equal(sibling, host.TakeSent<JoinStripe>().Single().To);
        Assert.Empty(host.Routed);
    }

    [Fact]
    public void A_member_with_room_takes_an_orphan_of_any_stripe_that_it_has_and_no_other()
    {
        FakeHost host = Attached(offer: 1, stripe: 3);
        host.Pass(Second);
        NodeHandle orphan = FakeHost.Peer(At(4, 4));
        Assert.False(host.Membership!(orphan, Payload(Join(5, orphan))));
        Assert.False(host.Membership!(orphan, Payload(Join(3, FakeHost.Peer(At(4, 5))))));
        Assert.False(host.Membership!(orphan, new byte[] { 1, 2, 3 }));
        Assert.False(host.Membership!(Parent, Payload(Join(3, Parent))));
        host.Sent.Clear();
        Assert.True(host.Membership!(orphan, Payload(Join(3, orphan))));
        Assert.Equal(orphan, host.TakeSent<StripeAccepted>().Single().To);
        host.Pass(Second);
        Assert.Null(host.Membership);
    }

    [Fact]
    public void A_node_that_finds_itself_above_its_parent_leaves_it()
    {
        FakeHost host = Attached(offer: 8);
        host.Sent.Clear();
        host.Routed.Clear();
        host.Receive(new StripeBeat(Stripe(8), [Parent.Id, host.Self.Id], default), Parent);
        Assert.Equal(Parent, host.TakeSent<LeaveStripe>().Single().To);
        Assert.Equal(Stripe(8), host.Routed.Single().Key);
    }

    [Fact]
    public void A_silent_parent_is_lost_and_a_silent_child_forgotten()
    {
        FakeHost host = Attached(offer: 8);
        NodeHandle child = FakeHost.Peer(At(8, 1));
        host.Passes(Join(8, child), Stripe(8), child);
        host.Routed.Clear();
        for (int i = 0; i < 3; i++)
        {
            host.Pass(Second * 2);
            host.Receive(new StripeBeat(Stripe(8), [Parent.Id], default), Parent);
        }

        Assert.DoesNotContain(host.Routed, static r => r.Key == Stripe(8));
        host.Pass(Second * 6);
        Assert.Contains(host.Routed, static r => r.Key == Stripe(8));
        Assert.Contains(host.Facts, static f => f.Kind == FactKind.ChildRemoved);
    }
}
