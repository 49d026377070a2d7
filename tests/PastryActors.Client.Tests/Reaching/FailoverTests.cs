using System.Net;
using PastryActors.Client.Tests.Fakes;

namespace PastryActors.Client.Tests.Reaching;

public sealed class FailoverTests
{
    private const string Topics = """{"nodeId":"1","topics":[]}""";
    private readonly List<string> _asked = [];

    [Fact]
    public async Task A_gateway_that_is_not_there_is_gone_around_and_not_asked_again()
    {
        using PastryClient client = Asked(r => r.RequestUri!.Host == "first" ? throw FakeNodes.NotThere() : FakeNodes.Answer(HttpStatusCode.OK, Topics));
        await client.Scribe.DescribeAsync();
        await client.Scribe.DescribeAsync();
        Assert.Equal(["GET first", "GET second", "GET second"], _asked);
        Assert.Equal(FakeNodes.Second, client.Node);
    }

    [Fact]
    public async Task Attempts_are_counted_over_all_gateways_and_the_last_failure_is_told()
    {
        using PastryClient client = Asked(_ => throw FakeNodes.Broken(), attemptsMax: 5);
        Assert.Equal("no-answer", (await Assert.ThrowsAsync<PastryException>(() => client.Scribe.DescribeAsync())).Code);
        Assert.Equal(["GET first", "GET second", "GET first", "GET second", "GET first"], _asked);
    }

    [Theory]
    [InlineData("busy", 503, 2)]
    [InlineData("not-active", 503, 2)]
    [InlineData("not-found", 404, 1)]
    [InlineData("unreachable", 502, 1)]
    [InlineData("timed-out", 504, 1)]
    [InlineData("forbidden", 403, 1)]
    public async Task A_question_is_repeated_where_another_node_may_know_better(string code, int status, int times)
    {
        using PastryClient client = Asked(_ => FakeNodes.Refusal((HttpStatusCode)status, code), attemptsMax: 2);
        Assert.Equal(code, (await Assert.ThrowsAsync<PastryException>(() => client.Past.DescribeAsync("x"))).Code);
        Assert.Equal(times, _asked.Count);
    }

    [Fact]
    public async Task A_message_whose_answer_was_lost_is_not_published_twice()
    {
        using PastryClient client = Asked(_ => throw FakeNodes.Broken());
        await Assert.ThrowsAsync<PastryException>(() => client.Scribe.PublishAsync("t", "m"u8.ToArray()));
        Assert.Equal(["POST first"], _asked);
    }

    [Fact]
    public async Task A_message_that_a_busy_node_may_have_begun_to_publish_is_not_published_twice()
    {
        using PastryClient client = Asked(_ => FakeNodes.Refusal(HttpStatusCode.TooManyRequests, "busy"));
        await Assert.ThrowsAsync<PastryException>(() => client.Scribe.PublishAsync("t", "m"u8.ToArray()));
        Assert.Equal(["POST first"], _asked);
    }

    [Fact]
    public async Task A_message_that_no_node_can_have_seen_is_published_elsewhere()
    {
        using PastryClient client = Asked(r => r.RequestUri!.Host == "first" ? throw FakeNodes.NotThere() : FakeNodes.Answer(HttpStatusCode.Accepted, """{"sequence":7}"""));
        Assert.Equal(7UL, (await client.Scribe.PublishAsync("t", "m"u8.ToArray())).Sequence);
    }

    [Fact]
    public async Task A_reclaim_whose_answer_was_lost_is_not_repeated()
    {
        using PastryClient client = Asked(_ => throw FakeNodes.Broken());
        await Assert.ThrowsAsync<PastryException>(() => client.Past.ReclaimAsync("x"));
        Assert.Equal(["DELETE first"], _asked);
    }

    [Fact]
    public async Task An_order_to_one_node_goes_to_no_other()
    {
        using PastryClient client = Asked(_ => throw FakeNodes.NotThere());
        await Assert.ThrowsAsync<PastryException>(() => client.Overlay.SteerRepairAsync(new RepairOrder("pause")));
        Assert.Equal(["POST first"], _asked);
    }

    [Fact]
    public async Task Retry_after_is_heeded_up_to_the_longest_wait()
    {
        var options = new PastryClientOptions { Nodes = [FakeNodes.First], BackoffFirst = TimeSpan.FromSeconds(1), BackoffMax = TimeSpan.FromSeconds(5) };
        var backoff = new Backoff(options);
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.WaitOf(1, null, chance: 0));
        Assert.Equal(TimeSpan.FromSeconds(2), backoff.WaitOf(3, null, chance: 1));
        Assert.Equal(TimeSpan.FromSeconds(5), backoff.WaitOf(int.MaxValue, null, chance: 0));
        Assert.Equal(TimeSpan.FromSeconds(3), backoff.WaitOf(1, TimeSpan.FromSeconds(3), chance: 1));
        Assert.Equal(TimeSpan.FromSeconds(5), backoff.WaitOf(1, TimeSpan.FromDays(1), chance: 1));
        using PastryClient client = Asked(_ => throw FakeNodes.NotThere());
        await Assert.ThrowsAsync<PastryException>(() => client.Overlay.RingAsync());
    }

    [Theory]
    [InlineData("ftp://x/")]
    [InlineData("")]
    public void A_gateway_that_is_no_url_is_refused_at_once(string node)
    {
        Uri[] nodes = node.Length == 0 ? [] : [new Uri(node)];
        Assert.Contains("Nodes", Assert.Throws<ArgumentException>(() => new PastryClient(new PastryClientOptions { Nodes = nodes })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_show_no_token() =>
        Assert.DoesNotContain("secret", new PastryClientOptions { Nodes = [FakeNodes.First], Token = "secret" }.ToString(), StringComparison.Ordinal);

    private PastryClient Asked(Func<HttpRequestMessage, HttpResponseMessage> answer, int attemptsMax = 6) => FakeNodes.Client(
        request =>
        {
            _asked.Add($"{request.Method} {request.RequestUri!.Host}");
            return answer(request);
        },
        attemptsMax);
}
