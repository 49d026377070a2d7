using System.Globalization;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Node.Access;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Node.Gateway;

/// <summary>Topics over HTTP: PUT creates, POST publishes one message, GET subscribes (server-sent events, or a WebSocket), GET /topics describes, GET /topics/{topic}/tree walks the tree, POST /topics/{topic}/anycast hands a message to one subscriber.</summary>
internal sealed class TopicEndpoints(GatewayServices services, GatewayOptions options)
{
    private const string Prefix = "/topics/";
    private const string TreeSuffix = "/tree";
    private const string AnycastSuffix = "/anycast";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/topics", DescribeAsync).Says("listTopics", "The topics whose trees this node is in.", ApiAnswer.Json<TopicList>(), body: "", [ApiParameter.Text("topic", "one topic's name")]);
        routes.Handle("POST", "/topics/{**topic}", context => RequestReading.EndsIn(context, AnycastSuffix) ? AnycastAsync(context) : PublishAsync(context)).Says(
            "publish", "Publishes the body as one message; answered when a majority of the topic's numberers holds it. A path that ends in /anycast hands it to one subscriber (AnycastReceipt).", ApiAnswer.Json<PublishReceipt>(StatusCodes.Status202Accepted), body: ApiNote.AnyBytes);
        routes.Handle("GET", "/topics/{**topic}", context => RequestReading.EndsIn(context, TreeSuffix) ? TreeAsync(context) : SubscribeAsync(context)).Says(
            "subscribe", "The topic's messages as server-sent events, each a TopicEvent; a WebSocket where one is asked for. Last-Event-ID resumes. A path that ends in /tree answers the topic's tree (TopicTree).", ApiAnswer.Text("text/event-stream"), body: "",
            [ApiParameter.Text("from", "the first number wanted, or \"earliest\""), ApiParameter.Text("anycast", "accept, decline, or how many anycasts this subscriber takes")]);
        routes.Handle("PUT", "/topics/{**topic}", CreateAsync).Says(
            "createTopic", "Creates a topic for the node's owner, or changes who may use one of its own; the body is a TopicDefinition.", ApiAnswer.Json<TopicCreated>(StatusCodes.Status201Created), body: "application/json");
    }

    private async Task<IResult> PublishAsync(HttpContext context)
    {
        string topic = TopicOf(RequestReading.NameOf(context, Prefix));
        byte[] payload = await ReadAsync(context).ConfigureAwait(false);
        try
        {
            Published published = await services.Node
                .AskAsync<Published>(id => new Publish(id, options.RequestTimeout, topic, payload), context.RequestAborted).ConfigureAwait(false);
            return TypedResults.Json(new PublishReceipt(published.Sequence), PastryJson.Default.PublishReceipt, statusCode: StatusCodes.Status202Accepted);
        }
        catch (RequestFailedException full) when (full.Code == FailureCode.Busy)
        {
            throw GatewayRefusalException.TooFast(full.Message);
        }
    }

    private async Task<IResult> AnycastAsync(HttpContext context)
    {
        string topic = TopicOf(RequestReading.NameOf(context, Prefix, AnycastSuffix));
        byte[] payload = await ReadAsync(context).ConfigureAwait(false);
        AnycastAccepted accepted = await services.Node
            .AskAsync<AnycastAccepted>(id => new Anycast(id, options.RequestTimeout, topic, payload), context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(new AnycastReceipt(accepted.By.Id.ToString(), accepted.By.Address, accepted.Visited), PastryJson.Default.AnycastReceipt);
    }

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        string topic = TopicOf(RequestReading.NameOf(context, Prefix));
        TopicSettings settings = TopicSettingsText.Parse(await DefinitionOfAsync(context).ConfigureAwait(false));
        ulong now = (ulong)services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        TopicDefined done = await services.Node
            .AskAsync<TopicDefined>(id => new DefineTopic(id, options.RequestTimeout, topic, settings, now), context.RequestAborted).ConfigureAwait(false);
        var created = new TopicCreated(topic, TopicSettingsText.Of(done.Certificate.Settings), Hash256.Of(done.Certificate.Creator.Span).ToString());
        return TypedResults.Json(created, PastryJson.Default.TopicCreated, statusCode: StatusCodes.Status201Created);
    }

    private async Task<TopicDefinition> DefinitionOfAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        try
        {
            return body.Length == 0 ? new TopicDefinition() : JsonSerializer.Deserialize(body, PastryJson.Default.TopicDefinition) ?? new TopicDefinition();
        }
        catch (JsonException malformed)
        {
            throw GatewayRefusalException.Invalid($"the body must be a topic's settings as JSON: {malformed.Message}");
        }
    }

    private async Task<IResult> DescribeAsync(HttpContext context)
    {
        string topic = context.Request.Query["topic"].ToString();
        if (topic.Length > 0) TopicOf(topic);
        TopicsDescribed answer = await services.Node
            .AskAsync<TopicsDescribed>(id => new DescribeTopics(id, options.RequestTimeout, topic), context.RequestAborted).ConfigureAwait(false);
        NodeStatus status = await services.Node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(new TopicList(status.Self.Id.ToString(), [.. answer.Topics.Select(Documents.Of)]), PastryJson.Default.TopicList);
    }

    private async Task<IResult> TreeAsync(HttpContext context)
    {
        string topic = TopicOf(RequestReading.NameOf(context, Prefix, TreeSuffix));
        var walker = new TreeWalker(services.Node, topic, options.RequestTimeout, options.RingWalkMax);
        return TypedResults.Json(await walker.WalkAsync(context.RequestAborted).ConfigureAwait(false), PastryJson.Default.TopicTree);
    }

    private Task<IResult> SubscribeAsync(HttpContext context)
    {
        string topic = TopicOf(RequestReading.NameOf(context, Prefix));
        return Task.FromResult<IResult>(new SubscriptionResult(services.Node, topic, FirstOf(context), options.SubscriberWindow, options.RequestTimeout, services.Time) { AnycastsWanted = AnycastsOf(context) });
    }

    // What the subscriber wants first: after the last event it saw, or as its query says; null for what comes from now on.
    private static ulong? FirstOf(HttpContext context)
    {
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        string from = context.Request.Query["from"].ToString();
        if (last.Length > 0) return NumberOf(last, "Last-Event-ID", 0) + 1;
        if (from.Length == 0) return null;
        return from == "earliest" ? 1 : NumberOf(from, "from", 1);
    }

    // How many anycasts the subscriber takes: none unless it says so.
    private static int AnycastsOf(HttpContext context) => context.Request.Query["anycast"].ToString() switch
    {
        "" or "decline" => 0,
        "accept" => int.MaxValue,
        var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw GatewayRefusalException.Invalid($"anycast must be accept, decline or a number of messages, not \"{text}\""),
    };

    private static ulong NumberOf(string text, string what, ulong atLeast) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) && value <= WireReader.NumberMax
            ? Math.Max(value, atLeast)
            : throw GatewayRefusalException.Invalid($"{what} must be a sequence number, not \"{text}\"");

    private static string TopicOf(string topic) => TopicName.Problem(topic) is { } problem ? throw GatewayRefusalException.Invalid(problem) : topic;

    private async Task<byte[]> ReadAsync(HttpContext context)
    {
        int max = options.MessageMaxBytes;
        if (context.Request.ContentLength > max) throw TooLarge(max);
        // One byte more than allowed is enough to know.
        byte[] buffer = new byte[(int)Math.Min(context.Request.ContentLength ?? max, max) + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return length > max ? throw TooLarge(max) : buffer[..length];
    }

    private static GatewayRefusalException TooLarge(int max) => GatewayRefusalException.TooLarge($"a message has at most {max} bytes; put larger content as a file and publish its fileId");
}
