using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Packets;

namespace PastryActors.Streams.Tests.Packets;

public sealed class StripeFlowTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);
    private static readonly StreamKey First = new(100, new RingId(1));
    private static readonly StreamKey Later = new(200, new RingId(2));

    private readonly StripeFlow _flow = new();
    private Instant _now = new(1);

    [Fact]
    public void A_block_passes_once_and_only_forwards()
    {
        Assert.True(Pass(First, 1));
        Assert.False(Pass(First, 1));
        Assert.True(Pass(First, 3));
        Assert.False(Pass(First, 2));
    }

    [Fact]
    public void A_root_keeps_to_its_stream_while_the_publisher_gives_signs()
    {
        Pass(First, 1);
        Assert.False(_flow.IsFreeFor(Later, _now, Lifetime));
        Assert.True(_flow.IsFreeFor(First, _now, Lifetime));
        _now += TimeSpan.FromSeconds(11);
        Assert.True(_flow.IsFreeFor(Later, _now, Lifetime));
    }

    [Fact]
    public void A_stream_that_ended_makes_room_at_once()
    {
        _flow.TryPass(First, 1, isEnd: true, _now);
        Assert.True(_flow.IsFreeFor(Later, _now, Lifetime));
    }

    [Fact]
    public void The_same_publisher_may_begin_anew_and_never_go_back()
    {
        Pass(First, 5);
        Assert.True(_flow.IsFreeFor(First with { Epoch = 101 }, _now, Lifetime));
        Assert.False(_flow.IsFreeFor(First with { Epoch = 99 }, _now, Lifetime));
    }

    [Fact]
    public void Below_the_root_the_later_stream_is_followed()
    {
        Pass(First, 5);
        Assert.True(_flow.Follows(Later, _now, Lifetime));
        Pass(Later, 1);
        Assert.Equal(new StreamPosition(Later, 1, false), _flow.Position);
        Assert.False(_flow.Follows(First, _now, Lifetime));
    }

    private bool Pass(StreamKey key, ulong block) => _flow.TryPass(key, block, isEnd: false, _now);
}
