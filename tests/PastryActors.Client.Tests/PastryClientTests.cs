using System.Net;
using System.Text;
using System.Text.Json;
using PastryActors.Client.Tests.Fakes;

namespace PastryActors.Client.Tests;

public sealed class PastryClientTests
{
    [Fact]
    public async Task A_problem_document_becomes_its_code_and_sentence()
    {
        using PastryClient client = Answering(HttpStatusCode.InsufficientStorage, """{"title":"t","status":507,"detail":"no room on 3","code":"full"}""");
        var failure = await Assert.ThrowsAsync<PastryException>(() => client.Past.DescribeAsync("x"));
        Assert.Equal(("full", "no room on 3", HttpStatusCode.InsufficientStorage), (failure.Code, failure.Message, failure.Status!.Value));
    }

    [Theory]
    [InlineData(404, "", "not-found")]
    [InlineData(409, "<html>", "exists")]
    [InlineData(500, "{\"code\":", "refused")]
    [InlineData(413, "null", "too-large")]
    public async Task An_answer_of_someone_else_still_has_a_code(int status, string body, string code)
    {
        using PastryClient client = Answering((HttpStatusCode)status, body);
        Assert.Equal(code, (await Assert.ThrowsAsync<PastryException>(() => client.Overlay.StatusAsync())).Code);
    }

    [Fact]
    public async Task A_success_that_cannot_be_read_is_said()
    {
        using PastryClient client = Answering(HttpStatusCode.OK, "{\"nodes\":3}");
        Assert.Equal("bad-answer", (await Assert.ThrowsAsync<PastryException>(() => client.Overlay.RingAsync())).Code);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_said()
    {
        using PastryClient client = One(_ => throw new HttpRequestException("refused"));
        Assert.Equal("no-answer", (await Assert.ThrowsAsync<PastryException>(() => client.Overlay.StatusAsync())).Code);
    }

    [Fact]
    public async Task A_seekable_stream_is_sent_again_under_the_next_salt_when_the_first_nodes_are_full()
    {
        List<string> asked = [];
        List<string> sent = [];
        using PastryClient client = One(
            request =>
            {
                asked.Add(request.RequestUri!.Query);
                sent.Add(request.Content!.ReadAsStringAsync().Result);
                return asked.Count < 3
                    ? FakeNodes.Answer(HttpStatusCode.InsufficientStorage, $$"""{"title":"t","status":507,"detail":"d","code":"full","nextAttempt":{{asked.Count}}}""")
                    : FakeNodes.Answer(HttpStatusCode.Created, JsonSerializer.Serialize(new FileReceipt("id", "n", 2, 3, "h", [], [], 0, 0), PastryJson.Default.FileReceipt));
            });
        using var content = new MemoryStream(Encoding.ASCII.GetBytes("skip this: body")) { Position = 11 };
        await client.Past.InsertAsync("n", content, 3);

        Assert.Equal(["body", "body", "body"], sent);
        Assert.DoesNotContain("attempt", asked[0], StringComparison.Ordinal);
        Assert.EndsWith("&attempt=2", asked[2], StringComparison.Ordinal);
        Assert.Equal(15, content.Position);
    }

    [Fact]
    public async Task A_subscription_reads_messages_and_gaps_and_ends_with_its_reason()
    {
        const string Events = "event: subscribed\ndata: {\"sequence\":4}\n\n"
            + "event: gap\ndata: {\"topic\":\"t\",\"gap\":[1,3],\"reason\":\"old\"}\n\n"
            + "event: message\nid: 4\ndata: {\"topic\":\"t\",\"sequence\":4,\"publisher\":\"p\",\"payload\":\"aGk=\"}\n\n"
            + "event: later-kind\ndata: x\n\n"
            + "event: closed\ndata: {\"title\":\"t\",\"status\":503,\"detail\":\"too slow\",\"code\":\"busy\"}\n\n";
        using PastryClient client = Answering(HttpStatusCode.OK, Events, "text/event-stream");
        ulong next = 0;
        List<TopicEvent> seen = [];
        var closed = await Assert.ThrowsAsync<PastryException>(async () =>
        {
            await foreach (TopicEvent happened in client.Scribe.SubscribeAsync("t", null, n => next = n)) seen.Add(happened);
        });

        Assert.Equal((4UL, "busy"), (next, closed.Code));
        Assert.Equal([1UL, 3UL], seen[0].Gap!);
        Assert.Equal("hi"u8.ToArray(), seen[1].Payload);
    }

    [Fact]
    public async Task A_subscription_that_just_ends_is_a_failure()
    {
        using PastryClient client = Answering(HttpStatusCode.OK, "", "text/event-stream");
        await Assert.ThrowsAsync<PastryException>(async () =>
        {
            await foreach (TopicEvent _ in client.Scribe.SubscribeAsync("t"))
            {
            }
        });
    }

    private static PastryClient Answering(HttpStatusCode status, string body, string type = "application/json") => One(_ => FakeNodes.Answer(status, body, type));

    private static PastryClient One(Func<HttpRequestMessage, HttpResponseMessage> answer) => FakeNodes.Client(answer, attemptsMax: 1, FakeNodes.First);
}
