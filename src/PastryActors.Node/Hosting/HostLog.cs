namespace PastryActors.Node.Hosting;

/// <summary>What the host logs. Event ids 3100-3199.</summary>
internal static partial class HostLog
{
    [LoggerMessage(3101, LogLevel.Information, "node {NodeId} runs; its gateway is {Url}")]
    public static partial void Started(ILogger logger, string nodeId, Uri url);

    [LoggerMessage(3106, LogLevel.Information, "told to stop: the gateway closes, then the neighbours are told")]
    public static partial void Leaving(ILogger logger);

    [LoggerMessage(3102, LogLevel.Information, "the node has left the ring")]
    public static partial void Left(ILogger logger);

    [LoggerMessage(3103, LogLevel.Warning, "the node goes without having told its neighbours: {Reason}")]
    public static partial void LeftUnsaid(ILogger logger, string reason);

    [LoggerMessage(3104, LogLevel.Critical, "the node failed; the process ends")]
    public static partial void Failed(ILogger logger, Exception? fault);

    [LoggerMessage(3105, LogLevel.Warning, "the list of known nodes was not saved: {Reason}")]
    public static partial void PeersNotSaved(ILogger logger, string reason);
}
