using System.Net;
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
    public async Task Metrics_are_what_prometheus_reads()
    {
        _node.Ring.Status = _node.Ring.Status with { Objects = 42, Counters = new Dictionary<string, long> { ["Frames refused"] = 7 } };
        (_, HttpClient http) = await _node.ServeAsync();
        string text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("\npastry_objects 42\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pastry_frames_refused_total counter\npastry_frames_refused_total 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_shows_a_peers_words_as_words()
    {
        var peer = new PeerStatus(new NodeHandle(new RingId(2), "<script>", 1), 1500);
        _node.Ring.Status = _node.Ring.Status with { LeafSetRight = [peer] };
        (_, HttpClient http) = await _node.ServeAsync();
        string page = await http.GetStringAsync(new Uri("/", UriKind.Relative));
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
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
