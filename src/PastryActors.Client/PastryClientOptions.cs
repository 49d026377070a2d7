namespace PastryActors.Client;

/// <summary>Whom a <see cref="PastryClient"/> speaks with, and how patiently.</summary>
public sealed record PastryClientOptions
{
    /// <summary>
    /// Base URLs of gateways of one ring, of nodes that insert for the same owner (<c>past.owner-key</c>). The first that answers is kept; when
    /// it fails, the next one is asked. More than one survives the death of a node.
    /// </summary>
    public required IReadOnlyList<Uri> Nodes { get; init; }

    /// <summary>The bearer token, where the nodes want one.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// How often one request is sent at most, all gateways together; 1 never repeats. What must not happen twice (publish, anycast, reclaim) is
    /// repeated only where no connection came about; everything else also after a broken one, and when a node says that it cannot now.
    /// </summary>
    public int AttemptsMax { get; init; } = 6;

    /// <summary>The wait after the first round of gateways; each round doubles it, and chance takes up to half of it away so that clients do not come back in step.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two rounds; also what is heeded of a node's Retry-After.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long content or a subscription may be silent before its connection counts as broken. Nodes send a sign of life every 15 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock for waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (Nodes.Count == 0) return "Nodes: at least one gateway is wanted";
        if (Nodes.FirstOrDefault(n => !n.IsAbsoluteUri || n.Scheme is not ("http" or "https")) is { } wrong) return $"Nodes: {wrong} is no URL such as http://127.0.0.1:9001";
        if (AttemptsMax < 1) return "AttemptsMax: at least 1";
        if (BackoffFirst < TimeSpan.Zero || BackoffMax < BackoffFirst) return "BackoffMax: at least BackoffFirst, and neither is negative";
        return ConnectTimeout <= TimeSpan.Zero || SilenceMax <= TimeSpan.Zero ? "ConnectTimeout and SilenceMax: more than nothing" : null;
    }

    /// <summary>The record's own text would show the token in a log.</summary>
    public override string ToString() => $"PastryClientOptions {{ Nodes = {string.Join(", ", Nodes)}, Token = {(string.IsNullOrEmpty(Token) ? "" : "(set)")} }}";
}
