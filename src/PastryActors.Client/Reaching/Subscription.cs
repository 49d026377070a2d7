using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PastryActors.Client;

/// <summary>
/// One subscription over one connection after the other: where one breaks, or its node goes, the next gateway is asked for what comes after the
/// last number seen. Numbers are the topic's and not the node's, so nothing is lost or comes twice; what the topic no longer has is a gap.
/// </summary>
/// <param name="from">The first number wanted, "earliest", or null.</param>
/// <param name="anycasts">How many anycasts it takes.</param>
/// <param name="subscribed">Told once of the first number that will come.</param>
internal sealed class Subscription(Gateway gateway, string path, string? from, int anycasts, Action<ulong>? subscribed) : IAsyncDisposable
{
    private Stream? _body;
    private IAsyncEnumerator<SseItem<string>>? _items;
    private string? _from = from;
    private int _anycasts = anycasts;
    private int _breaks;
    private bool _told;

    /// <summary>The next event.</summary>
    public async Task<TopicEvent> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (_items is null) await OpenAsync(cancellation).ConfigureAwait(false);
                if (Take(await ItemAsync().ConfigureAwait(false)) is not { } happened) continue;
                Advance(happened);
                return happened;
            }
            catch (PastryException broken) when (_items is not null && broken.Code is "no-answer" or "not-active" && ++_breaks < gateway.Options.AttemptsMax)
            {
                await DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_body is not null) await _body.DisposeAsync().ConfigureAwait(false);
        if (_items is not null) await _items.DisposeAsync().ConfigureAwait(false);
        (_body, _items) = (null, null);
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"{path}?anycast={_anycasts}") + (_from is null ? "" : $"&from={Uri.EscapeDataString(_from)}");
        HttpResponseMessage response = await gateway.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, query) { Headers = { { "Accept", "text/event-stream" } } }, Repeat.Freely, cancellation)
            .ConfigureAwait(false);
        _body = await ResponseStream.OfAsync(response, gateway.Options, cancellation).ConfigureAwait(false);
        _items = SseParser.Create(_body).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
    }

    private async Task<SseItem<string>> ItemAsync()
    {
        try
        {
            if (await _items!.MoveNextAsync().ConfigureAwait(false)) return _items.Current;
        }
        catch (IOException e)
        {
            throw new PastryException("no-answer", $"the subscription broke: {e.Message}", null, e);
        }

        throw new PastryException("no-answer", "the node closed the subscription without a word; it may have died");
    }

    // Null for what is no event of the topic.
    private TopicEvent? Take(SseItem<string> item)
    {
        switch (item.EventType)
        {
            case "message" or "gap" or "anycast": return Read(item.Data, PastryJson.Default.TopicEvent);
            case "subscribed": Begin(Read(item.Data, PastryJson.Default.PublishReceipt).Sequence); return null;
            case "closed": throw Closed(Read(item.Data, PastryJson.Default.Problem));
            default: return null;
        }
    }

    private void Begin(ulong next)
    {
        _from ??= next.ToString(CultureInfo.InvariantCulture);
        if (!_told) subscribed?.Invoke(next);
        _told = true;
    }

    private void Advance(TopicEvent happened)
    {
        _breaks = 0;
        if ((happened.Gap?[^1] ?? happened.Sequence) is { } last) _from = (last + 1).ToString(CultureInfo.InvariantCulture);
        else _anycasts--;
    }

    private static T Read<T>(string data, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(data, type) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new PastryException("bad-answer", $"an event of the subscription cannot be read: {e.Message}", null, e);
        }
    }

    private static PastryException Closed(Problem problem) => new(problem.Code, problem.Detail);
}
