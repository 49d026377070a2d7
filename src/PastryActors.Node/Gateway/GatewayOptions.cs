using System.Net;

namespace PastryActors.Node.Gateway;

/// <summary>Where and for whom the HTTP gateway answers.</summary>
public sealed record GatewayOptions
{
    /// <summary>The address to listen on; port 0 lets the system choose. Beyond loopback a <see cref="Token"/> is required.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>What every request must bear (Authorization: Bearer); empty for none. Whoever has it can reclaim the owner's files.</summary>
    public string Token { get; init; } = "";

    /// <summary>Largest message that can be published, in bytes: 1 MiB, as PAST's chunks, so that no message of the overlay is larger than one.</summary>
    public int MessageMaxBytes { get; init; } = 1 << 20;

    /// <summary>How long one step of a walk, a trace or a publish may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Nodes that one walk around the ring visits at most. Beyond it the answer says that it is truncated: nobody reads a longer one.</summary>
    public int RingWalkMax { get; init; } = 10_000;

    /// <summary>Connections open at once: three for each of the bounded subscriptions and then some. More are closed at the door.</summary>
    public int ConnectionsMax { get; init; } = 4096;

    /// <summary>
    /// Bytes of a connection that are read ahead of whoever takes them: what an upload that waits for its turn costs. With .NET's own 1 MiB a crowd of them would hold as many MiB as it has
    /// members, before one byte is wanted; less than this, and a fast upload would wait for the socket between pieces.
    /// </summary>
    public int UnreadBytesMax { get; init; } = 64 * 1024;

    /// <summary>Answers of one subscription that may wait for its reader; what comes then is held back at the node, and read from what the topic keeps when the reader goes on.</summary>
    public int SubscriberWindow { get; init; } = 256;

    /// <summary>Blocks of one watch that may wait for its reader: some megabytes. What comes then is told as a gap, since a stream waits for nobody. Below what the request table queues for a reader.</summary>
    public int WatchWindow { get; init; } = 64;

    /// <summary>How long a watch may take to stand: a search for a parent in each of 16 trees.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Uploads whose progress can be watched at once.</summary>
    public int WatchedUploadsMax { get; init; } = 1024;

    /// <summary>Streams of /events open at once: a page open in a browser each.</summary>
    public int WatchersMax { get; init; } = 64;

    /// <summary>Uploads that run at once; each may hold a window of chunks, 16 MiB with the usual settings. More wait unread.</summary>
    public int UploadsMax { get; init; } = 24;

    /// <summary>Downloads that run at once. A reader that is slow keeps its place, so there are more of them than of uploads.</summary>
    public int DownloadsMax { get; init; } = 256;

    /// <summary>Uploads, and downloads, that may wait for a place. The next is refused at once: it would only wait in vain.</summary>
    public int TransfersWaitingMax { get; init; } = 1024;

    /// <summary>How long a transfer waits for a place before it is refused as busy: below what people and programs wait for an answer.</summary>
    public TimeSpan TransferPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Other sites (scheme, host and port) whose pages may ask; none unless configured.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (Token.Length == 0 && !IPAddress.IsLoopback(Listen.Address))
            return $"node.http.listen = {Listen} is reachable from other machines: set node.http.token, or listen on 127.0.0.1";
        return AllowedOrigins.FirstOrDefault(o => !IsOrigin(o)) is { } wrong ? $"node.http.allowed-origins: \"{wrong}\" is no site such as https://example.org:8443" : null;
    }

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme is "http" or "https") && text == uri.GetLeftPart(UriPartial.Authority);
}
