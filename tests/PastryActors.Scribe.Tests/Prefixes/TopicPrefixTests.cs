using PastryActors.Core.Collections;
using PastryActors.Scribe.Prefixes;

namespace PastryActors.Scribe.Tests.Prefixes;

public sealed class TopicPrefixTests
{
    [Theory]
    [InlineData("news", "")]
    [InlineData("news/eu", "news/#")]
    [InlineData("news/eu/sport", "news/# news/eu/#")]
    [InlineData("/news", "")]
    [InlineData("a//b", "a/# a//#")]
    [InlineData("a/b/c/d/e/f/g/h/i/j", "a/# a/b/# a/b/c/# a/b/c/d/# a/b/c/d/e/# a/b/c/d/e/f/# a/b/c/d/e/f/g/# a/b/c/d/e/f/g/h/#")]
    public void A_topic_is_below_every_level_of_its_name(string name, string above) =>
        Assert.Equal(above.Split(' ', StringSplitOptions.RemoveEmptyEntries), TopicPrefix.Above(name));

    [Theory]
    [InlineData("news/#", true)]
    [InlineData("news", true)]
    [InlineData("a/b/c/d/e/f/g/h/#", true)]
    [InlineData("a/b/c/d/e/f/g/h/i/#", false)]
    [InlineData("#", false)]
    [InlineData("/#", false)]
    [InlineData("news#", false)]
    [InlineData("news/#/eu", false)]
    [InlineData("news/#/#", false)]
    public void A_prefix_ends_in_its_only_wildcard_after_a_level(string name, bool fits)
    {
        Assert.Equal(fits, TopicPrefix.ProblemOfSubscription(name) is null);
        Assert.Equal(!name.Contains('#', StringComparison.Ordinal), TopicPrefix.ProblemOfPublish(name) is null);
    }

    [Fact]
    public void A_message_comes_out_as_it_went_in_under_the_name_of_its_topic()
    {
        Blob wrapped = TopicPrefix.Wrap("news/eü", new byte[] { 1, 2, 3 });
        Assert.True(TopicPrefix.TryUnwrap("news/#", wrapped, out string name, out Blob payload));
        Assert.Equal("news/eü", name);
        Assert.Equal(new Blob(new byte[] { 1, 2, 3 }), payload);
        Assert.True(TopicPrefix.TryUnwrap("news/#", TopicPrefix.Wrap("news/eu", default), out _, out payload));
        Assert.Equal(0, payload.Length);
    }

    [Fact]
    public void What_no_honest_node_published_to_a_prefix_is_not_taken()
    {
        Assert.False(TopicPrefix.TryUnwrap("news/#", default, out _, out _));
        Assert.False(TopicPrefix.TryUnwrap("news/#", new byte[] { 0 }, out _, out _));
        Assert.False(TopicPrefix.TryUnwrap("news/#", new byte[] { 0, 9, 65 }, out _, out _));
        Assert.False(TopicPrefix.TryUnwrap("news/#", new byte[] { 255, 255, 65 }, out _, out _));
        Assert.False(TopicPrefix.TryUnwrap("news/#", TopicPrefix.Wrap("sport/eu", new byte[1]), out _, out _));
    }
}
