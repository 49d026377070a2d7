using System.Net;

namespace PastryActors.Client;

/// <summary>A node refused a request, or could not be reached.</summary>
/// <param name="code">Stable, in kebab case: not-found, exists, unreachable, full, timed-out, not-active, invalid, forbidden, busy, no-node, ...</param>
/// <param name="detail">What was refused, by whom, and what would help.</param>
/// <param name="status">The HTTP status; null if no answer came.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class PastryException(string code, string detail, HttpStatusCode? status = null, Exception? inner = null) : Exception(detail, inner)
{
    /// <summary>Why, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>The HTTP status; null if no answer came.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>After "full" or "bad-receipt": the attempt to go on with, if any is left.</summary>
    public int? NextAttempt { get; init; }

    /// <summary>How long the node asked to be left alone (Retry-After); null if it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
