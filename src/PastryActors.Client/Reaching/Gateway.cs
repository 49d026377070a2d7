using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PastryActors.Client;

/// <summary>Sends requests, to another gateway and again where that is safe, and turns whatever goes wrong into a <see cref="PastryException"/>.</summary>
internal sealed class Gateway(HttpClient http, PastryClientOptions options) : IDisposable
{
    private readonly GatewayRing _nodes = new(options.Nodes);
    private readonly Backoff _backoff = new(options);

    /// <summary>The gateway that is asked next.</summary>
    public Uri Current => _nodes.Current;

    /// <summary>How patiently.</summary>
    public PastryClientOptions Options => options;

    /// <summary>Attempts until one succeeds, fails in a way that another would not mend, or was the last.</summary>
    /// <param name="attempt">Made anew at the gateway given.</param>
    public async Task<T> RunAsync<T>(Func<Uri, Task<T>> attempt, Repeat repeat, CancellationToken cancellation)
    {
        for (int tried = 1; ; tried++)
        {
            Uri node = _nodes.Current;
            try
            {
                return await attempt(node).ConfigureAwait(false);
            }
            catch (PastryException failed) when (tried < options.AttemptsMax && RepeatRules.Allow(repeat, failed))
            {
                _nodes.MoveOnFrom(node);
                // A gateway that was not asked yet is asked at once; only a whole round in vain is waited after.
                if (tried % options.Nodes.Count == 0) await _backoff.WaitAsync(tried / options.Nodes.Count, failed.RetryAfter, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends, and answers once the headers of a success are there.</summary>
    /// <param name="make">Makes the request for a path below the gateway's URL; called for every attempt.</param>
    public Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, Repeat repeat, CancellationToken cancellation) =>
        RunAsync(
            async node =>
            {
                using HttpRequestMessage request = make();
                return await SendToAsync(node, request, cancellation).ConfigureAwait(false);
            },
            repeat,
            cancellation);

    /// <summary>Sends to one gateway, once.</summary>
    public async Task<HttpResponseMessage> SendToAsync(Uri node, HttpRequestMessage request, CancellationToken cancellation)
    {
        request.RequestUri = new Uri(node, request.RequestUri!);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new PastryException("no-answer", $"no answer from {node}: {e.Message}", null, e);
        }

        if (response.IsSuccessStatusCode || (int)response.StatusCode == 304) return response;
        using (response) throw await RefusalAsync(response, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends, and reads the document that comes back.</summary>
    /// <param name="content">Makes the body; called for every attempt.</param>
    public Task<T> AskAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, Repeat repeat, CancellationToken cancellation, Func<HttpContent>? content = null) =>
        RunAsync(node => AskOnceAsync(node, method, path, type, content?.Invoke(), cancellation), repeat, cancellation);

    /// <summary>Reads a document that it does no harm to ask for twice.</summary>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) => AskAsync(HttpMethod.Get, path, type, Repeat.Freely, cancellation);

    /// <summary>Sends to one gateway, once, and reads the document that comes back.</summary>
    public async Task<T> AskOnceAsync<T>(Uri node, HttpMethod method, string path, JsonTypeInfo<T> type, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using HttpResponseMessage response = await SendToAsync(node, request, cancellation).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellation).ConfigureAwait(false) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new PastryException("bad-answer", $"the node's answer cannot be read: {e.Message}", response.StatusCode, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new PastryException("no-answer", $"the answer of {node} broke off: {e.Message}", response.StatusCode, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static async Task<PastryException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        TimeSpan? after = response.Headers.RetryAfter?.Delta;
        try
        {
            if (await response.Content.ReadFromJsonAsync(PastryJson.Default.Problem, cancellation).ConfigureAwait(false) is { Code: not null } problem)
                return new PastryException(problem.Code, problem.Detail ?? problem.Title, response.StatusCode) { NextAttempt = problem.NextAttempt, RetryAfter = after };
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException or NotSupportedException)
        {
            // Not one of the gateway's own documents (a HEAD has none): the status is all there is.
        }

        int status = (int)response.StatusCode;
        string code = status switch { 400 => "invalid", 401 => "unauthorized", 403 => "forbidden", 404 => "not-found", 409 => "exists", 413 => "too-large", _ => "refused" };
        return new PastryException(code, $"the node answered {status} {response.ReasonPhrase}", response.StatusCode) { RetryAfter = after };
    }
}
