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
    public void A_name_that_no_topic_could_have_is_refused()
    {
        Assert.Null(ChannelName.Problem("live"));
        Assert.Equal("a channel's name must not be empty", ChannelName.Problem(""));
        Assert.NotNull(ChannelName.Problem(new string('a', 257)));
    }
}
