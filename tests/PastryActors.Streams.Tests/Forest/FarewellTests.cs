using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Tests.Forest;

/// <summary>How parents and children part, and what is heard late. The node's first digit is 8: stripe 8 belongs to it.</summary>
public sealed class FarewellTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RingId Self = At(0x8E);
    private static readonly RingId Stripe = ChannelName.StripeOf(ChannelName.IdOf("live"), 8);
    private static readonly NodeHandle Parent = FakeHost.Peer(At(0x8F));
    private static readonly NodeHandle Child = FakeHost.Peer(At(0x81));

    private readonly FakeHost _host = new(Self, null, Self.Plus(1), Self.Plus(2), Self.Plus(UInt128.MaxValue), Self.Plus(UInt128.MaxValue - 1));

    public FarewellTests() => _host.Component.OnRequest(new WatchChannel(1, TimeSpan.FromMinutes(5), "live"));

    [Fact]
    public void A_child_that_is_taken_for_gone_is_told()
    {
        TakeChild();
        _host.Component.PeerFailed(Child);
        Assert.Equal(Child, _host.TakeSent<LeaveStripe>().Single().To);
        TakeChild();
        for (int i = 0; i < 8; i++)
        {
            _host.Pass(Second);
            _host.Receive(new StripeBeat(Stripe, [Parent.Id], default), Parent);
        }

        Assert.Equal(Child, _host.TakeSent<LeaveStripe>().Single().To);
    }

    [Fact]
    public void A_child_that_is_declined_by_one_who_lost_its_own_parent_is_a_child_no_longer()
    {
        TakeChild();
        _host.Component.PeerFailed(Parent);
        _host.Receive(new JoinStripe(Stripe, Child, 9, true), Child);
        Assert.Equal(Child, _host.TakeSent<StripeDeclined>().Single().To);
        Attach();
        Assert.DoesNotContain(_host.Sent, static s => s.To == Child);
    }

    [Fact]
    public void Whom_a_late_word_names_is_asked_where_nobody_else_is_left()
    {
        ulong nonce = Join().Nonce;
        _host.Pass(Second * 5);
        Assert.NotEmpty(_host.Anycasts);
        _host.Sent.Clear();
        _host.Receive(new StripeDeclined(Stripe, nonce, [Child], null), Parent);
        Assert.Equal(Child, _host.TakeSent<JoinStripe>().Single().To);
        // And who answers twice is heard, and changes nothing.
        _host.Receive(new StripeDeclined(Stripe, nonce, [Child], null), Parent);
        Assert.Empty(_host.TakeSent<JoinStripe>());
    }

    private static RingId At(int digits) => new(((UInt128)(uint)digits << 120) | 7);

    private JoinStripe Join() => _host.Routed.Where(static r => r.Key == Stripe).Select(static r => r.Message).OfType<JoinStripe>().Last();

    private void Attach() => _host.Receive(new StripeAccepted(Stripe, Join().Nonce, [Parent.Id]), Parent);

    private void TakeChild()
    {
        Attach();
        _host.Passes(new JoinStripe(Stripe, Child, 1, true), Stripe, Child);
        _host.Sent.Clear();
    }
}
