using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Gateway;

/// <summary>Reads what a request says in its path and query; whatever is wrong is refused with a sentence.</summary>
internal static class RequestReading
{
    /// <summary>The fileId of the path.</summary>
    public static FileId FileIdOf(HttpContext context) =>
        context.Request.RouteValues["fileId"] is string text && FileId.TryParse(text, out FileId id)
            ? id
            : throw GatewayRefusalException.Invalid("a fileId is 40 hexadecimal digits");

    /// <summary>
    /// What follows <paramref name="prefix"/> in the path, decoded once: the server leaves an encoded slash encoded, so the path as it was sent
    /// is read. Without <paramref name="suffix"/>, which is no part of the name; a name that ends in one has its slash encoded.
    /// </summary>
    public static string NameOf(HttpContext context, string prefix, string suffix = "")
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        int start = path.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        if (start < 0) throw GatewayRefusalException.Invalid("the path is not of the usual form");
        string name = path[(start + prefix.Length)..];
        return Uri.UnescapeDataString(name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name);
    }

    /// <summary>Whether the path as it was sent ends in <paramref name="suffix"/>.</summary>
    public static bool EndsIn(HttpContext context, string suffix) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].EndsWith(suffix, StringComparison.Ordinal);

    /// <summary>A whole number of the query, within its bounds.</summary>
    public static int? NumberOf(HttpContext context, string key, int min, int max) => (int?)LongOf(context, key, min, max);

    /// <inheritdoc cref="NumberOf"/>
    public static long? LongOf(HttpContext context, string key, long min, long max)
    {
        if (context.Request.Query[key] is not [{ } text, ..]) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw GatewayRefusalException.Invalid($"{key} must be a whole number from {min} to {max}, not \"{text}\"");
    }

    /// <summary>Words of the query, separated by commas; none when it has no such key.</summary>
    public static IReadOnlyCollection<string> ListOf(HttpContext context, string key) =>
        context.Request.Query[key].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet();

    /// <summary>Cancelled when the node begins to go: streams without an end of their own end then, so that the node can take its leave.</summary>
    public static CancellationToken StoppingToken(this HttpContext context) => context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Bytes of the query, in hexadecimal.</summary>
    public static byte[]? HexOf(HttpContext context, string key, int maxBytes)
    {
        if (context.Request.Query[key] is not [{ } text, ..]) return null;
        try
        {
            if (text.Length > 0 && text.Length <= 2 * maxBytes) return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw GatewayRefusalException.Invalid($"{key} must be 1 to {maxBytes} bytes in hexadecimal");
    }

    /// <summary>A short document of the body.</summary>
    /// <param name="example">What one looks like, for the refusal.</param>
    public static async Task<T> OrderAsync<T>(HttpContext context, JsonTypeInfo<T> type, int bytesMax, string example)
    {
        if (context.Request.ContentLength > bytesMax) throw GatewayRefusalException.TooLarge($"an order has at most {bytesMax} bytes");
        // One byte more than there may be, so that too much is seen as such whatever the header said.
        byte[] bytes = new byte[bytesMax + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > bytesMax) throw GatewayRefusalException.TooLarge($"an order has at most {bytesMax} bytes");
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw GatewayRefusalException.Invalid($"an order is a JSON document such as {example}: {e.Message}");
        }
    }
}
