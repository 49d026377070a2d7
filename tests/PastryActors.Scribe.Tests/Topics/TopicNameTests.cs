using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Topics;

public sealed class TopicNameTests
{
    [Fact]
    public void The_id_is_fixed_by_the_protocol()
    {
        Assert.Equal("0c9dd9ac789e2a8890b56bda761f63df", TopicName.IdOf("news").ToString());
        Assert.NotEqual(TopicName.IdOf("news"), TopicName.IdOf("News"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("", false)]
    [InlineData("a b/ü#", true)]
    [InlineData("a\nb", false)]
    [InlineData("a\0", false)]
    [InlineData("\ud800", false)]
    public void A_name_is_text_and_not_empty(string name, bool good) => Assert.Equal(good, TopicName.Problem(name) is null);

    [Fact]
    public void The_limit_counts_bytes_not_letters()
    {
        Assert.Null(TopicName.Problem(new string('x', 256)));
        Assert.Contains("256", TopicName.Problem(new string('\u00e9', 129)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_later_term_wins_and_of_two_at_once_the_higher_id()
    {
        Assert.True(new Term(2, new(1)) > new Term(1, new(9)));
        Assert.True(new Term(2, new(9)) > new Term(2, new(1)));
    }
}
