using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PastryActors.Client.Tests.Fakes;

namespace PastryActors.Client.Tests.Reaching;

public sealed class ResumingTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private readonly List<string> _asked = [];

    [Fact]
    public async Task Content_that_broke_off_goes_on_where_it_was()
    {
        using PastryClient client = FakeNodes.Client(request => File(request, breakAfter: _asked.Count < 2 ? 30 : 100));
        await using Stream content = await client.Past.LookupAsync("x");
        Assert.Equal(Content, await AllOf(content));
        Assert.Equal(["", "bytes=30-99", "bytes=60-99"], _asked);
    }

    [Fact]
    public async Task A_range_that_broke_off_is_taken_up_within_it()
    {
        using PastryClient client = FakeNodes.Client(request => File(request, breakAfter: _asked.Count == 0 ? 5 : 100));
        await using Stream content = await client.Past.LookupAsync("x", new ByteRange(10, 40));
        Assert.Equal(Content[10..40], await AllOf(content));
        Assert.Equal(["bytes=10-39", "bytes=15-39"], _asked);
    }

    [Fact]
    public async Task Content_that_only_ever_breaks_is_given_up()
    {
        using PastryClient client = FakeNodes.Client(request => File(request, breakAfter: 0), attemptsMax: 3);
        await using Stream content = await client.Past.LookupAsync("x");
        await Assert.ThrowsAsync<IOException>(() => AllOf(content));
        Assert.Equal(3, _asked.Count);
    }

    [Fact]
    public async Task Other_content_under_the_same_id_is_never_joined_to_it()
    {
        using PastryClient client = FakeNodes.Client(request => File(request, breakAfter: 30, hash: _asked.Count == 0 ? "a" : "b"));
        await using Stream content = await client.Past.LookupAsync("x");
        Assert.Contains("other content", (await Assert.ThrowsAsync<IOException>(() => AllOf(content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_that_is_silent_too_long_counts_as_broken()
    {
        var options = new PastryClientOptions { Nodes = [FakeNodes.First], SilenceMax = TimeSpan.FromMilliseconds(20) };
        using var response = new HttpResponseMessage { Content = new StreamContent(new SilentStream()) };
        await using ResponseStream stream = await ResponseStream.OfAsync(response, options, default);
        await Assert.ThrowsAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[1], gone.Token));
    }

    [Fact]
    public async Task A_subscription_goes_on_at_the_next_node_after_the_last_number_seen()
    {
        using PastryClient client = FakeNodes.Client(request =>
        {
            _asked.Add(request.RequestUri!.PathAndQuery);
            return Events(_asked.Count switch
            {
                1 => Subscribed(5) + Message(5) + Message(6),
                2 => Subscribed(7) + "event: gap\ndata: {\"topic\":\"t\",\"gap\":[7,9],\"reason\":\"old\"}\n\n" + "event: closed\ndata: {\"title\":\"t\",\"status\":503,\"detail\":\"goes\",\"code\":\"not-active\"}\n\n",
                3 => Subscribed(10) + Message(10) + "event: closed\ndata: {\"title\":\"t\",\"status\":403,\"detail\":\"no\",\"code\":\"forbidden\"}\n\n",
                _ => throw new InvalidOperationException("nobody resumes what was refused"),
            });
        });
        List<ulong> told = [];
        List<ulong> seen = [];
        PastryException end = await Assert.ThrowsAsync<PastryException>(async () =>
        {
            await foreach (TopicEvent happened in client.Scribe.SubscribeAsync("t", null, told.Add)) seen.Add(happened.Sequence ?? happened.Gap![1]);
        });
        Assert.Equal("forbidden", end.Code);
        Assert.Equal([5UL, 6, 9, 10], seen);
        Assert.Equal([5UL], told);
        Assert.Equal(["/topics/t?anycast=0", "/topics/t?anycast=0&from=7", "/topics/t?anycast=0&from=10"], _asked);
    }

    [Fact]
    public async Task A_subscription_that_takes_anycasts_takes_no_more_of_them_at_the_next_node()
    {
        using PastryClient client = FakeNodes.Client(request =>
        {
            _asked.Add(request.RequestUri!.Query);
            return Events(Subscribed(5) + (_asked.Count == 1 ? "event: anycast\ndata: {\"topic\":\"t\",\"publisher\":\"p\",\"payload\":\"aGk=\"}\n\n" : Message(5)));
        });
        await foreach (TopicEvent happened in client.Scribe.SubscribeAsync("t", null, 3, null))
        {
            if (happened.Sequence is not null) break;
        }

        Assert.Equal(["?anycast=3", "?anycast=2&from=5"], _asked);
    }

    [Fact]
    public async Task An_upload_that_broke_is_sent_again_and_may_find_itself_standing()
    {
        List<string> bodies = [];
        using PastryClient client = FakeNodes.Client(request =>
        {
            _asked.Add(request.RequestUri!.Host + request.RequestUri.Query[40..]);
            bodies.Add(request.Content!.ReadAsStringAsync().Result);
            return _asked.Count == 1 ? throw FakeNodes.Broken() : FakeNodes.Answer(HttpStatusCode.Created, Receipt);
        });
        using var content = new MemoryStream(Encoding.ASCII.GetBytes("not this: body")) { Position = 10 };
        Assert.Equal("id", (await client.Past.InsertAsync("n", content, 3)).FileId);
        Assert.Equal(["first&k=3", "second&k=3&existing=accept"], _asked);
        Assert.Equal(["body", "body"], bodies);
    }

    [Fact]
    public async Task An_upload_that_a_busy_node_refused_is_no_claim_to_what_stands()
    {
        using PastryClient client = FakeNodes.Client(request =>
        {
            _asked.Add(request.RequestUri!.Query[40..]);
            return _asked.Count == 1 ? FakeNodes.Refusal(HttpStatusCode.ServiceUnavailable, "busy") : FakeNodes.Refusal(HttpStatusCode.Conflict, "exists");
        });
        using var content = new MemoryStream([1]);
        Assert.Equal("exists", (await Assert.ThrowsAsync<PastryException>(() => client.Past.InsertAsync("n", content, 3))).Code);
        Assert.Equal(["&k=3", "&k=3"], _asked);
    }

    [Fact]
    public async Task What_cannot_be_read_twice_is_sent_once()
    {
        using PastryClient client = FakeNodes.Client(request =>
        {
            _asked.Add("sent");
            throw FakeNodes.Broken();
        });
        using var content = new SilentStream();
        await Assert.ThrowsAsync<PastryException>(() => client.Past.InsertAsync("n", content, 3));
        Assert.Single(_asked);
    }

    [Fact]
    public void An_app_gets_one_client_from_its_services()
    {
        using ServiceProvider services = new ServiceCollection().AddPastryClient(FakeNodes.First, FakeNodes.Second).BuildServiceProvider();
        Assert.Same(services.GetRequiredService<PastryClient>(), services.GetRequiredService<PastryClient>());
        Assert.Equal(FakeNodes.First, services.GetRequiredService<PastryClient>().Node);
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddPastryClient());
    }

    private static string Receipt => JsonSerializer.Serialize(new FileReceipt("id", "n", 2, 3, "h", [], [], 0, 0), PastryJson.Default.FileReceipt);

    private static string Subscribed(ulong next) => $"event: subscribed\ndata: {{\"sequence\":{next}}}\n\n:\n\n";

    private static string Message(ulong sequence) => $"event: message\nid: {sequence}\ndata: {{\"topic\":\"t\",\"sequence\":{sequence},\"publisher\":\"p\",\"payload\":\"aGk=\"}}\n\n";

    private static HttpResponseMessage Events(string text) => FakeNodes.Answer(HttpStatusCode.OK, text, "text/event-stream");

    private static async Task<byte[]> AllOf(Stream content)
    {
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return all.ToArray();
    }

    private HttpResponseMessage File(HttpRequestMessage request, int breakAfter, string hash = "h")
    {
        _asked.Add(request.Headers.Range?.ToString() ?? "");
        RangeItemHeaderValue? range = request.Headers.Range?.Ranges.Single();
        (int from, int to) = ((int)(range?.From ?? 0), (int)(range?.To + 1 ?? Content.Length));
        var response = new HttpResponseMessage(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent) { Content = new BreakingContent(Content[from..to], breakAfter) };
        response.Headers.ETag = new EntityTagHeaderValue($"\"{hash}\"");
        response.Content.Headers.ContentLength = to - from;
        if (range is not null) response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, Content.Length);
        return response;
    }

    /// <summary>Never says anything.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var never = new TaskCompletionSource<int>();
            await using CancellationTokenRegistration end = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
            return await never.Task;
        }
    }
}
