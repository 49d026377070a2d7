using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Tests.Publishing;

/// <summary>A publisher and roots whose answers take longer than it waits before it asks again.</summary>
public sealed class FarRootTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RingId Channel = ChannelName.IdOf("live");
    private static readonly RingId Self = new(((UInt128)0x8E << 120) | 7);

    private readonly FakeHost _host = new(Self, null, Self.Plus(1), Self.Plus(2), Self.Plus(UInt128.MaxValue), Self.Plus(UInt128.MaxValue - 1));

    public FarRootTests() => _host.Component.OnRequest(new OpenStream(1, TimeSpan.FromMinutes(1), "live", 100));

    [Fact]
    public void The_answer_to_the_first_question_counts_after_the_second()
    {
        ulong[] first = [.. Enumerable.Range(0, 14).Select(i => Asked(i)[0].Nonce)];
        _host.Pass(Second * 5);
        for (int stripe = 0; stripe < 14; stripe++)
        {
            Assert.True(Asked(stripe).Count > 1, "it asks again");
            Answer(stripe, Root(stripe), first[stripe]);
        }

        Assert.IsType<StreamOpened>(Assert.Single(_host.Replies));
    }

    [Fact]
    public void A_question_that_was_answered_is_over()
    {
        ulong nonce = Asked(3)[0].Nonce;
        Answer(3, Root(3), nonce);
        // Whoever overheard it comes late; and no number is as good as none.
        for (int stripe = 0; stripe < 16; stripe++)
        {
            if (stripe != 3) Answer(stripe, Root(stripe), Asked(stripe)[0].Nonce);
        }

        Answer(3, FakeHost.Peer(Self.Plus(5)), nonce);
        Answer(3, FakeHost.Peer(Self.Plus(5)), 0);
        _host.Sent.Clear();
        _host.Component.OnRequest(new PublishBlock(2, Second, 1, new byte[] { 1 }, false));
        Assert.Contains(_host.TakeSent<StripePiece>(), s => s.To == Root(3));
    }

    [Fact]
    public void A_known_root_is_asked_once_a_period_under_a_new_nonce()
    {
        Answer(3, Root(3), Asked(3)[0].Nonce);
        _host.Pass(Second * 0.9);
        Assert.Single(Asked(3));
        _host.Pass(Second * 0.5);
        Assert.Equal(2, Asked(3).Select(static a => a.Nonce).Distinct().Count());
    }

    private static NodeHandle Root(int stripe) => FakeHost.Peer(ChannelName.StripeOf(Channel, stripe));

    private List<StripeHead> Asked(int stripe) => [.. _host.Routed.Where(r => r.Key == ChannelName.StripeOf(Channel, stripe)).Select(static r => r.Message).OfType<StripeHead>()];

    private void Answer(int stripe, NodeHandle from, ulong nonce) =>
        _host.Receive(new StripeHead(ChannelName.StripeOf(Channel, stripe), from, HeadWord.Here, new StreamKey(100, Self), 0, nonce), from);
}
