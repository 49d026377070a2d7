using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Tests.Channels;

public sealed class ChannelNameTests
{
    [Fact]
    public void The_stripes_of_a_channel_differ_in_the_first_digit_alone()
    {
        RingId channel = ChannelName.IdOf("live");
        RingId[] stripes = [.. Enumerable.Range(0, 16).Select(i => ChannelName.StripeOf(channel, i))];
        Assert.Equal(Enumerable.Range(0, 16), stripes.Select(ChannelName.IndexOf));
        Assert.All(stripes, s => Assert.Equal(channel, ChannelName.ChannelOf(s)));
    }

    [Fact]
    public void The_name_live_has_the_id_that_the_protocol_names() => Assert.Equal("088f9e2f3c5347c26c5a9bd9c2933537", ChannelName.IdOf("live").ToString());

    [Fact]
    public void A_key_stays_away_from_the_ends_of_its_digits_arc()
    {
        for (int i = 0; i < 500; i++)
        {
            RingId id = ChannelName.IdOf($"channel {i}");
            Assert.Equal(0, id.Digit(0, 4));
            Assert.InRange(id.Digit(1, 4), 4, 11);
        }
    }

    [Fact]
    public void A_channel_with_an_owner_is_that_nodes_alone_and_its_id_says_so()
    {
        RingId owner = Id("0123456789abcdef0123456789abcdef");
        RingId own = ChannelName.IdOf($"live@{owner}");
        Assert.Equal("098f9e2f3c530123456789abcdef0123", own.ToString());
        Assert.Equal(own, ChannelName.IdOf($"live@{owner.ToString().ToUpperInvariant()}"));
        Assert.NotEqual(own, ChannelName.IdOf($"lively@{owner}"));
        for (int i = 0; i < 16; i++)
        {
            RingId stripe = ChannelName.StripeOf(own, i);
            Assert.True(ChannelName.MayPublish(stripe, owner));
            Assert.False(ChannelName.MayPublish(stripe, Id("0123456789abcdef0124456789abcdef")));
            Assert.True(ChannelName.MayPublish(ChannelName.StripeOf(ChannelName.IdOf("live"), i), owner));
        }
    }

    [Theory]
    [InlineData("live@")]
    [InlineData("live@0123456789abcdef0123456789abcde")]
    [InlineData("live@0123456789abcdef0123456789abcdef0")]
    [InlineData("@0123456789abcdef0123456789abcdef")]
    public void A_name_that_looks_as_if_it_had_an_owner_and_has_none_is_refused(string name) => Assert.Contains("NAME@NODEID", ChannelName.Problem(name), StringComparison.Ordinal);

    [Fact]
    public void No_channel_without_an_owner_has_the_id_of_one_with()
    {
        for (int i = 0; i < 500; i++) Assert.False(ChannelName.HasOwner(ChannelName.IdOf($"channel {i}")));
    }

    [Fact]
    public void A_name_that_no_topic_could_have_is_refused()
    {
        Assert.Null(ChannelName.Problem("live"));
        Assert.Equal("a channel's name must not be empty", ChannelName.Problem(""));
        Assert.NotNull(ChannelName.Problem(new string('a', 257)));
    }

    private static RingId Id(string digits) => RingId.TryParse(digits, out RingId id) ? id : throw new FormatException(digits);
}
