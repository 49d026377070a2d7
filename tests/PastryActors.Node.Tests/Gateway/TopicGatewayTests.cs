using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Node.Tests.Gateway;

public sealed class TopicGatewayTests : IDisposable
{
    private readonly TestNode _node = new();

    [Fact]
    public async Task What_is_published_reaches_the_subscriber_in_order()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        await using IAsyncEnumerator<TopicEvent> events = client.Scribe.SubscribeAsync("a/b ü", null, TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> first = events.MoveNextAsync();
        await SubscribedAsync("a/b ü");
        Assert.Equal(1UL, (await client.Scribe.PublishAsync("a/b ü", "one"u8.ToArray())).Sequence);
        Assert.True(await first);
        Assert.Equal((1UL, "one", "a/b ü"), (events.Current.Sequence!.Value, Encoding.UTF8.GetString(events.Current.Payload!), events.Current.Topic));
        await client.Scribe.PublishAsync("a/b ü", "two"u8.ToArray());
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(2UL, events.Current.Sequence);
    }

    [Theory]
    [InlineData("/topics/t?from=3", null, 3UL)]
    [InlineData("/topics/t?from=earliest", null, 1UL)]
    [InlineData("/topics/t", "6", 7UL)]
    [InlineData("/topics/t", null, null)]
    public async Task A_subscriber_says_where_it_begins(string path, string? lastEvent, ulong? from)
    {
        var asked = new TaskCompletionSource<Scribe.Requests.Subscribe>();
        _node.Ring.Before = request =>
        {
            if (request is Scribe.Requests.Subscribe subscribe) asked.TrySetResult(subscribe);
            return null;
        };
        (_, HttpClient http) = await _node.ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEvent is not null) request.Headers.Add("Last-Event-ID", lastEvent);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestNode.Deadline);
        Assert.Equal((from, true), ((await asked.Task.WaitAsync(TestNode.Deadline)).From, (await asked.Task).Window > 1));
    }

    [Fact]
    public async Task A_subscription_that_ends_says_why()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        await using IAsyncEnumerator<TopicEvent> events = client.Scribe.SubscribeAsync("t", null, TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> next = events.MoveNextAsync();
        await SubscribedAsync("t");
        _node.Ring.Table.FailAll(FailureCode.NotActive, "the node restarts");
        var closed = await Assert.ThrowsAsync<PastryException>(async () => await next);
        Assert.Equal(("not-active", "the node restarts"), (closed.Code, closed.Message));
    }

    [Fact]
    public async Task A_web_socket_brings_the_same_events_and_ends_with_the_node()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{http.BaseAddress!.Authority}/topics/t?from=1"), TestNode.Deadline);
        Assert.Equal(("subscribed", 1), await ReceiveAsync(socket, e => e.GetProperty("data").GetProperty("sequence").GetInt32()));
        await client.Scribe.PublishAsync("t", "one"u8.ToArray());
        Assert.Equal(("message", "b25l"), await ReceiveAsync(socket, e => e.GetProperty("data").GetProperty("payload").GetString()));
        Task stopping = _node.StopServingAsync();
        Assert.Equal(("closed", "not-active"), await ReceiveAsync(socket, e => e.GetProperty("data").GetProperty("code").GetString()));
        Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[100], TestNode.Deadline)).MessageType);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestNode.Deadline);
        await stopping;
    }

    [Fact]
    public async Task A_reader_that_closes_its_socket_or_speaks_on_it_is_subscribed_no_more()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        foreach (bool speaks in (bool[])[true, false])
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{http.BaseAddress!.Authority}/topics/t"), TestNode.Deadline);
            Assert.True(_node.Ring.HasSubscriber("t"));
            if (speaks) await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, TestNode.Deadline);
            else await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestNode.Deadline);
            using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
            while (_node.Ring.HasSubscriber("t"))
            {
                deadline.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    public async Task A_socket_of_another_sites_page_is_refused(string origin, int status)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{http.BaseAddress!.Authority}/topics/t"), TestNode.Deadline));
        Assert.Equal(status, (int)socket.HttpStatusCode);
    }

    [Theory]
    [InlineData(1 << 20, 202)]
    [InlineData((1 << 20) + 1, 413)]
    public async Task A_message_has_at_most_a_mebibyte(int size, int status)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var announced = new ByteArrayContent(new byte[size]);
        Assert.Equal(status, (int)(await http.PostAsync(new Uri("/topics/t", UriKind.Relative), announced)).StatusCode);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/topics/t") { Content = new StreamContent(new MemoryStream(new byte[size])) };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(status, (int)(await http.SendAsync(chunked)).StatusCode);
    }

    [Fact]
    public async Task A_wrong_starting_point_is_400()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/topics/t?from=soon", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_tree_is_walked_from_its_root_and_says_what_does_not_fit()
    {
        NodeHandle[] nodes = [.. Enumerable.Range(1, 3).Select(i => new NodeHandle(new RingId((ulong)i), $"127.0.0.1:{i}", 1))];
        bool broken = false;
        _node.Ring.Before = request => request is not DescribePlace ask ? null : (int)(ask.At ?? nodes[0]).Id.Value switch
        {
            1 => new PlaceDescribed(ask.Id, nodes[0], true, true, null, ask.At is null ? [] : [nodes[1], nodes[2]], new TreeCounters(0, 9, 9, 0, 0, 2)),
            2 => new PlaceDescribed(ask.Id, nodes[1], true, false, nodes[broken ? 2 : 0], [], new TreeCounters(2, 9, 8, 1, 0, 0)),
            _ => broken ? new Failed(ask.Id, FailureCode.TimedOut, "silent") : new PlaceDescribed(ask.Id, nodes[2], true, false, nodes[0], [], new TreeCounters(1, 9, 9, 0, 3, 0)),
        };
        (PastryClient client, _) = await _node.ServeAsync();
        TopicTree tree = await client.Scribe.TreeAsync("a/tree", TestNode.Deadline);
        Assert.Equal(("a/tree", nodes[0].Id.ToString(), 3, 1, true, false), (tree.Topic, tree.Root, tree.Subscribers, tree.Depth, tree.Whole, tree.Truncated));
        Assert.Equal([0, 1, 1], tree.Nodes.Select(n => n.Depth));
        Assert.Equal((1L, 2L, nodes[0].Id.ToString()), (tree.Nodes[1].Gaps, tree.Nodes[1].Subscribers, tree.Nodes[1].Parent));

        broken = true;
        tree = await client.Scribe.TreeAsync("a/tree", TestNode.Deadline);
        Assert.False(tree.Whole);
        Assert.Equal([true, true, false], tree.Nodes.Select(n => n.Answered));
    }

    [Fact]
    public async Task A_topic_that_nobody_is_in_has_no_tree()
    {
        _node.Ring.Before = request => request is DescribePlace ask ? new PlaceDescribed(ask.Id, FakeRing.Self, false, false, null, [], default) : null;
        (PastryClient client, _) = await _node.ServeAsync();
        Assert.Equal("not-found", (await Assert.ThrowsAsync<PastryException>(() => client.Scribe.TreeAsync("t", TestNode.Deadline))).Code);
    }

    [Fact]
    public async Task An_anycast_goes_to_a_subscriber_that_takes_it_or_is_404()
    {
        long subscriber = 0;
        int wanted = 0;
        _node.Ring.Before = request =>
        {
            switch (request)
            {
                case Subscribe subscribe: (subscriber, wanted) = (subscribe.Id, subscribe.AnycastsWanted); return null;
                case Anycast anycast when wanted-- > 0:
                    _node.Ring.Table.OnReply(new AnycastDelivered(subscriber, new TopicItem(FakeRing.Self.Id, anycast.Payload)));
                    return new AnycastAccepted(anycast.Id, FakeRing.Self, 3);
                case Anycast anycast: return new Failed(anycast.Id, FailureCode.NotFound, "nobody takes it");
                default: return null;
            }
        };
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        await using IAsyncEnumerator<TopicEvent> events = client.Scribe.SubscribeAsync("jobs", null, 1, null, TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> first = events.MoveNextAsync();
        await SubscribedAsync("jobs");
        Assert.Equal(new AnycastReceipt(FakeRing.Self.Id.ToString(), FakeRing.Self.Address, 3), await client.Scribe.AnycastAsync("jobs", "work"u8.ToArray(), TestNode.Deadline));
        Assert.True(await first);
        Assert.Equal("work", Encoding.UTF8.GetString(events.Current.Payload!));
        Assert.True(events.Current is { Sequence: null, Gap: null });
        Assert.Equal("not-found", (await Assert.ThrowsAsync<PastryException>(() => client.Scribe.AnycastAsync("jobs", "more"u8.ToArray(), TestNode.Deadline))).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/topics/t?anycast=maybe", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_topic_is_created_with_what_its_creator_decides()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        string publisher = FakeRing.Self.Id.ToString();
        TopicCreated created = await client.Scribe.CreateAsync("t", new TopicDefinition("best-effort", null, [publisher]), TestNode.Deadline);
        Assert.Equal(("t", "best-effort", "none"), (created.Topic, created.Settings.Level, created.Settings.Retain));
        Assert.Equal([publisher], created.Settings.Publishers!);
    }

    [Fact]
    public async Task What_a_subscriber_cannot_have_is_a_gap_that_says_why()
    {
        long subscription = 0;
        _node.Ring.Before = request =>
        {
            if (request is Subscribe subscribe) subscription = subscribe.Id;
            return null;
        };
        (PastryClient client, _) = await _node.ServeAsync();
        await using IAsyncEnumerator<TopicEvent> events = client.Scribe.SubscribeAsync("t", null, TestNode.Deadline).GetAsyncEnumerator();
        ValueTask<bool> begun = events.MoveNextAsync();
        await SubscribedAsync("t");
        foreach ((GapCause cause, string code) in (ValueTuple<GapCause, string>[])[(GapCause.NotRetained, "not-retained"), (GapCause.Lost, "lost"), (GapCause.Forged, "forged"), (GapCause.Repeated, "repeated")])
        {
            _node.Ring.Table.OnReply(new TopicGap(subscription, 3, 4, cause, "in words"));
            Assert.True(cause == GapCause.NotRetained ? await begun : await events.MoveNextAsync());
            Assert.Equal((code, "in words", null), (events.Current.Code, events.Current.Reason, events.Current.Sequence));
            Assert.Equal([3UL, 4UL], events.Current.Gap!);
        }
    }

    [Theory]
    [InlineData("{\"level\":\"perfect\"}")]
    [InlineData("{\"retain\":\"some\"}")]
    [InlineData("{\"retain\":\"0\"}")]
    [InlineData("{\"publishers\":[\"me\"]}")]
    [InlineData("{\"level\":\"best-effort\",\"retain\":\"forever\"}")]
    [InlineData("[")]
    public async Task A_definition_that_is_none_is_400(string body)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var content = new StringContent(body);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PutAsync(new Uri("/topics/t", UriKind.Relative), content)).StatusCode);
    }

    [Fact]
    public async Task A_publisher_is_told_to_slow_down()
    {
        _node.Ring.Before = request => request is Scribe.Requests.Publish ? new Failed(request.Id, FailureCode.Busy, "4096 messages wait") : null;
        (_, HttpClient http) = await _node.ServeAsync();
        using var body = new ByteArrayContent([]);
        using HttpResponseMessage response = await http.PostAsync(new Uri("/topics/t", UriKind.Relative), body);
        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (response.StatusCode, response.Headers.RetryAfter!.ToString()));
    }

    [Fact]
    public async Task A_topic_without_a_proper_name_is_400()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/topics/a%0Ab", UriKind.Relative))).StatusCode);
    }

    public void Dispose() => _node.Dispose();

    private static async Task<(string Event, T Value)> ReceiveAsync<T>(ClientWebSocket socket, Func<JsonElement, T> read)
    {
        byte[] buffer = new byte[4096];
        WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, TestNode.Deadline);
        JsonElement document = JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement;
        return (document.GetProperty("event").GetString()!, read(document));
    }

    private async Task SubscribedAsync(string topic)
    {
        while (!_node.Ring.HasSubscriber(topic))
        {
            TestNode.Deadline.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
