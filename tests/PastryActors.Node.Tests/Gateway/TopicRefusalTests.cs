using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>What a topic cannot take, and what just looks as if it could not, asked over HTTP of a node that is all real: each has its own clear answer.</summary>
public sealed class TopicRefusalTests(LiveNode node) : IClassFixture<LiveNode>
{
    private const string Nobody = "00000000000000000000000000000001";
    private const int MessageMax = 1 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(MessageMax)]
    public async Task A_message_of_nothing_and_one_of_a_mebibyte_come_as_they_were_sent(int size)
    {
        string topic = $"size {size}";
        byte[] payload = RandomNumberGenerator.GetBytes(size);
        (_, Task<TopicEvent> first) = await FollowAsync(topic);
        Assert.Equal(1UL, (await node.Client.Scribe.PublishAsync(topic, payload, TestNode.Deadline)).Sequence);
        TopicEvent happened = await first;
        Assert.Equal((1UL, null), (happened.Sequence!.Value, happened.Gap));
        Assert.Equal(payload, happened.Payload!);
    }

    [Fact]
    public async Task A_larger_message_is_refused_with_the_limit()
    {
        using var body = new ByteArrayContent(new byte[MessageMax + 1]);
        await RefusedAsync(await node.Http.PostAsync(Path("large"), body, TestNode.Deadline), HttpStatusCode.RequestEntityTooLarge, "too-large", $"{MessageMax} bytes");
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData("a%0Ab", "without control characters")]
    [InlineData("news%2F%23", "subscribed to, not published to")]
    [InlineData("a%23b", "subscribed to, not published to")]
    public async Task A_name_that_is_none_is_refused_for_what_is_wrong_with_it(string name, string reason)
    {
        using var body = new ByteArrayContent([1]);
        await RefusedAsync(await node.Http.PostAsync(new Uri("/topics/" + name, UriKind.Relative), body, TestNode.Deadline), HttpStatusCode.BadRequest, "invalid", reason);
    }

    [Fact]
    public async Task A_name_may_have_256_bytes()
    {
        Assert.True((await node.Client.Scribe.PublishAsync(new string('x', 256), default, TestNode.Deadline)).Sequence > 0);
        using var body = new ByteArrayContent([]);
        await RefusedAsync(await node.Http.PostAsync(Path(new string('x', 257)), body, TestNode.Deadline), HttpStatusCode.BadRequest, "invalid", "256 bytes of UTF-8 at most, not 257");
        await RefusedAsync(await GetAsync(new string('ü', 129)), HttpStatusCode.BadRequest, "invalid", "256 bytes of UTF-8 at most, not 258");
    }

    [Theory]
    [InlineData("#")]
    [InlineData("/#")]
    [InlineData("a#")]
    [InlineData("a/#/b")]
    [InlineData("1/2/3/4/5/6/7/8/9/#")]
    public async Task A_prefix_that_is_none_is_refused(string name) => await RefusedAsync(await GetAsync(name), HttpStatusCode.BadRequest, "invalid", null);

    [Fact]
    public async Task Who_is_not_named_may_not_publish()
    {
        await node.Client.Scribe.CreateAsync("closed to publishers", new TopicDefinition(Publishers: [Nobody]), TestNode.Deadline);
        using var body = new ByteArrayContent([1]);
        await RefusedAsync(await node.Http.PostAsync(Path("closed to publishers"), body, TestNode.Deadline), HttpStatusCode.Forbidden, "forbidden", "publish");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("closed to publishers")).StatusCode);
    }

    [Fact]
    public async Task Who_is_not_named_may_not_subscribe()
    {
        await node.Client.Scribe.CreateAsync("closed to subscribers", new TopicDefinition(Subscribers: [Nobody]), TestNode.Deadline);
        await RefusedAsync(await GetAsync("closed to subscribers"), HttpStatusCode.Forbidden, "forbidden", "subscribe");
        Assert.Equal(1UL, (await node.Client.Scribe.PublishAsync("closed to subscribers", "x"u8.ToArray(), TestNode.Deadline)).Sequence);
    }

    [Fact]
    public async Task A_topic_of_which_nobody_has_heard_is_followed_from_its_first_message_and_has_no_tree()
    {
        await RefusedAsync(await node.Http.GetAsync(new Uri("/topics/nothing/tree", UriKind.Relative), TestNode.Deadline), HttpStatusCode.NotFound, "not-found", null);
        Assert.Equal(1UL, (await FollowAsync("nothing")).Next);
    }

    private static Uri Path(string topic) => new("/topics/" + Uri.EscapeDataString(topic), UriKind.Relative);

    private Task<HttpResponseMessage> GetAsync(string topic) => node.Http.GetAsync(Path(topic), HttpCompletionOption.ResponseHeadersRead, TestNode.Deadline);

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code, string? words)
    {
        using (response)
        {
            Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestNode.Deadline)).RootElement;
            Assert.Equal(code, problem.GetProperty("code").GetString());
            if (words is not null) Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    /// <summary>A subscription that stands: the number that it begins with, and its first event.</summary>
    private async Task<(ulong Next, Task<TopicEvent> First)> FollowAsync(string topic)
    {
        var stands = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<TopicEvent> first = FirstOf(node.Client.Scribe.SubscribeAsync(topic, null, stands.SetResult, TestNode.Deadline));
        return (await stands.Task.WaitAsync(TestNode.Deadline), first);
    }

    private static async Task<TopicEvent> FirstOf(IAsyncEnumerable<TopicEvent> events)
    {
        await foreach (TopicEvent happened in events) return happened;
        throw new InvalidOperationException("the subscription ended");
    }
}
