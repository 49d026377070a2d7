namespace PastryActors.Node.Gateway;

/// <summary>What the gateway logs. Event ids 3000-3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "{Path} was broken off midway: {Reason}")]
    public static partial void BrokenOff(ILogger logger, string path, string reason);

    [LoggerMessage(3002, LogLevel.Error, "{Method} {Path} (request {Id}) failed by a fault of this program")]
    public static partial void Faulted(ILogger logger, Exception fault, string method, string path, string id);

    [LoggerMessage(3003, LogLevel.Information, "the gateway listens on {Url}")]
    public static partial void Listening(ILogger logger, string url);
}
