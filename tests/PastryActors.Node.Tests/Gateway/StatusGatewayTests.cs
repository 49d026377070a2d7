using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Gateway;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Pastry.Requests;

namespace PastryActors.Node.Tests.Gateway;

public sealed class StatusGatewayTests : IDisposable
{
    private readonly TestNode _node = new();

    [Fact]
    public async Task A_node_that_is_not_active_is_alive_but_not_ready_and_says_what_it_waits_for()
    {
        _node.Ring.Status = _node.Ring.Status with { Active = false, WaitsFor = "an answer of its seeds" };
        (_, HttpClient http) = await _node.ServeAsync();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/healthz", UriKind.Relative))).StatusCode);
        using HttpResponseMessage ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("an answer of its seeds", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_hands_over_is_not_ready_though_it_answers()
    {
        _node.Ring.Status = _node.Ring.Status with { Active = true, Leaving = true };
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("hands over", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/status", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Metrics_are_what_prometheus_reads()
    {
        _node.Ring.Status = _node.Ring.Status with { Objects = 42, Counters = new Dictionary<string, long> { ["Frames refused"] = 7 } };
        (_, HttpClient http) = await _node.ServeAsync();
        string text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("\npastry_objects 42\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pastry_frames_refused_total counter\npastry_frames_refused_total 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_hour_is_kept_a_column_a_figure()
    {
        _node.Ring.Status = _node.Ring.Status with { MailboxDepth = 3, Counters = new Dictionary<string, long> { ["frames"] = 7 } };
        var recorder = new MetricsRecorder(_node.Services);
        await recorder.RecordAsync(TestNode.Deadline);
        _node.Ring.Status = _node.Ring.Status with { MailboxDepth = 5, Counters = new Dictionary<string, long>() };
        await recorder.RecordAsync(TestNode.Deadline);
        MetricsHistory history = recorder.History(["mailbox_depth", "frames", "no_such"]);
        Assert.Equal(2, history.At.Count);
        Assert.Equal([3, 5], history.Series["mailbox_depth"]);
        Assert.Equal([7, null], history.Series["frames"]);
        Assert.Equal(2, history.Series.Count);
    }

    [Fact]
    public async Task The_record_of_figures_is_bounded()
    {
        var recorder = new MetricsRecorder(_node.Services);
        for (int i = 0; i < 400; i++)
        {
            _node.Ring.Status = _node.Ring.Status with { MailboxDepth = i };
            await recorder.RecordAsync(TestNode.Deadline);
        }

        MetricsHistory history = recorder.History(["mailbox_depth"]);
        Assert.Equal(360, history.At.Count);
        Assert.Equal((40, 399), (history.Series["mailbox_depth"][0], history.Series["mailbox_depth"][^1]));
    }

    [Fact]
    public async Task Who_watches_hears_of_a_change_and_its_stream_ends_with_the_node()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage response = await http.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestNode.Deadline);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using IAsyncEnumerator<SseItem<string>> events = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(TestNode.Deadline).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        _node.Ring.Status = _node.Ring.Status with { MailboxDepth = 77 };
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("status", events.Current.EventType);
        Assert.Equal(77, JsonSerializer.Deserialize(events.Current.Data, PastryJson.Default.NodeDescription)!.MailboxDepth);
        Task stopping = _node.StopServingAsync();
        Assert.False(await events.MoveNextAsync());
        await stopping;
    }

    [Fact]
    public async Task So_many_may_watch_and_the_next_is_told_to_come_later()
    {
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { WatchersMax = 1 });
        using HttpResponseMessage first = await http.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestNode.Deadline);
        using HttpResponseMessage second = await http.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestNode.Deadline);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.True(second.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task The_ring_is_walked_beyond_the_leaf_set()
    {
        NodeHandle[] nodes = [FakeRing.Self, Node(10), Node(20), Node(30)];
        _node.Ring.Status = _node.Ring.Status with { LeafSetLeft = [new PeerStatus(nodes[3], null)], LeafSetRight = [new PeerStatus(nodes[1], null)] };
        bool silent = false;
        _node.Ring.Before = request =>
        {
            if (request is not DescribePeer ask) return null;
            int at = Array.FindIndex(nodes, n => n.Id == ask.Peer.Id);
            if (silent && at == 2) return new Failed(ask.Id, FailureCode.TimedOut, "silent");
            return new PeerDescribed(ask.Id, nodes[at], true, [nodes[(at + 3) % 4]], [nodes[(at + 1) % 4]]);
        };
        (PastryClient client, _) = await _node.ServeAsync();
        RingWalk walk = await client.Overlay.RingAsync();
        Assert.Equal(nodes.Select(n => n.Id.ToString()), walk.Nodes.Select(n => n.NodeId));
        Assert.True(walk.Whole);

        silent = true;
        walk = await client.Overlay.RingAsync();
        Assert.False(walk.Whole);
        Assert.False(walk.Nodes[2].Answered);
    }

    [Fact]
    public async Task Beyond_loopback_no_node_starts_without_a_token()
    {
        var open = new GatewayOptions { Listen = new(IPAddress.Any, 0) };
        Assert.Throws<ArgumentException>(() => GatewayHost.Build(_node.Services, open));
        await using var guarded = GatewayHost.Build(_node.Services, open with { Token = "secret" });
    }

    [Theory]
    [InlineData("secret", HttpStatusCode.OK)]
    [InlineData("secre", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task With_a_token_only_its_bearer_is_answered(string? token, HttpStatusCode expected)
    {
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { Token = "secret" });
        if (token is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(expected, (await http.GetAsync(new Uri("/status", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/healthz", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_browser_gets_a_cookie_for_the_token_and_the_page_without_either()
    {
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { Token = "secret" });
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync(new Uri("/session", UriKind.Relative), null)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/session") { Headers = { Authorization = new("Bearer", "secret") } };
        using HttpResponseMessage opened = await http.SendAsync(request);
        string cookie = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secret", cookie, StringComparison.Ordinal);
        // The client's own jar gives it back.
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/status", UriKind.Relative))).StatusCode);
        using var forged = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = http.BaseAddress };
        forged.DefaultRequestHeaders.Add("Cookie", $"pastry-{http.BaseAddress!.Port}=0000");
        Assert.Equal(HttpStatusCode.Unauthorized, (await forged.GetAsync(new Uri("/status", UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "http://evil.example")]
    public async Task A_page_of_another_site_is_refused(string header, string value)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/status");
        request.Headers.TryAddWithoutValidation(header, value);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request)).StatusCode);
    }

    public void Dispose() => _node.Dispose();

    private static NodeHandle Node(ulong id) => new(new RingId(id), $"127.0.0.1:{id}", 1);
}
