namespace PastryActors.Node.Hosting;

/// <summary>What the host logs. Event ids 3100-3199.</summary>
internal static partial class HostLog
{
    [LoggerMessage(3101, LogLevel.Information, "node {NodeId} runs; its gateway is {Url}")]
    public static partial void Started(ILogger logger, string nodeId, Uri url);

    [LoggerMessage(3106, LogLevel.Information, "told to stop: what the node holds is handed over for at most {Seconds} s, then the gateway closes, then the neighbours are told")]
    public static partial void Leaving(ILogger logger, double seconds);

    [LoggerMessage(3107, LogLevel.Information, "handed over: {Entries} entries are durable on the nodes that take this one's place")]
    public static partial void HandedOver(ILogger logger, int entries);

    [LoggerMessage(3110, LogLevel.Information, "{Entries} entries are handed to nobody: all nodes that could take them leave as well")]
    public static partial void Unplaced(ILogger logger, int entries);

    [LoggerMessage(3108, LogLevel.Warning, "{Left} of {Entries} entries are not known to be handed over after {Seconds} s (node.hand-over): those that others hold are restored from there, the rest is here alone until the node is back")]
    public static partial void LeftOver(ILogger logger, int left, int entries, double seconds);

    [LoggerMessage(3109, LogLevel.Information, "interrupted: nothing more is handed over")]
    public static partial void Interrupted(ILogger logger);

    [LoggerMessage(3102, LogLevel.Information, "the node has left the ring")]
    public static partial void Left(ILogger logger);

    [LoggerMessage(3103, LogLevel.Warning, "the node goes without having told its neighbours: {Reason}")]
    public static partial void LeftUnsaid(ILogger logger, string reason);

    [LoggerMessage(3104, LogLevel.Critical, "the node failed; the process ends")]
    public static partial void Failed(ILogger logger, Exception? fault);

    [LoggerMessage(3105, LogLevel.Warning, "the list of known nodes was not saved: {Reason}")]
    public static partial void PeersNotSaved(ILogger logger, string reason);
}
