using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PastryActors.Client;

/// <summary>Sends requests and turns whatever goes wrong into a <see cref="PastryException"/>.</summary>
internal sealed class Gateway(HttpClient http) : IDisposable
{
    /// <summary>Sends, and answers once the headers of a success are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new PastryException("no-answer", $"no answer from {http.BaseAddress}: {e.Message}", null, e);
        }

        if (response.IsSuccessStatusCode || (int)response.StatusCode == 304) return response;
        using (response) throw await RefusalAsync(response, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends, and reads the document that comes back.</summary>
    public async Task<T> AskAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return await ReadAsync(response, type, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads the document of a success.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellation).ConfigureAwait(false) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new PastryException("bad-answer", $"the node's answer cannot be read: {e.Message}", response.StatusCode, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static async Task<PastryException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(PastryJson.Default.Problem, cancellation).ConfigureAwait(false) is { Code: not null } problem)
                return new PastryException(problem.Code, problem.Detail ?? problem.Title, response.StatusCode) { NextAttempt = problem.NextAttempt };
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException or NotSupportedException)
        {
            // Not one of the gateway's own documents (a HEAD has none): the status is all there is.
        }

        int status = (int)response.StatusCode;
        string code = status switch { 400 => "invalid", 401 => "unauthorized", 403 => "forbidden", 404 => "not-found", 409 => "exists", 413 => "too-large", _ => "refused" };
        return new PastryException(code, $"the node answered {status} {response.ReasonPhrase}", response.StatusCode);
    }
}
