using Microsoft.Extensions.Logging;
using PastryActors.Akka.Wire;

namespace PastryActors.Akka.Diagnostics;

/// <summary>What the engine logs, each with a stable id.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "the actor system {Address} carries nodes, ring {Ring}")]
    public static partial void Listening(this ILogger log, string address, string ring);

    [LoggerMessage(2101, LogLevel.Debug, "the link to {Peer} stands")]
    public static partial void Opened(this ILogger log, string peer);

    [LoggerMessage(2102, LogLevel.Debug, "the link with {Peer} ended: {Reason}")]
    public static partial void Closed(this ILogger log, string peer, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "refused {Peer}: {Reason}, {Detail}")]
    public static partial void Refused(this ILogger log, string peer, LinkRefusal reason, string detail);

    [LoggerMessage(2105, LogLevel.Warning, "{Peer} refused us: {Reason}, {Detail}")]
    public static partial void RefusedByPeer(this ILogger log, string peer, LinkRefusal reason, string detail);

    [LoggerMessage(2106, LogLevel.Debug, "cannot reach {Address}: {Reason}")]
    public static partial void Unreachable(this ILogger log, string address, string reason);

    [LoggerMessage(2110, LogLevel.Information, "the Akka cluster knows {Count} other members of the ring's role")]
    public static partial void Contacts(this ILogger log, int count);

    [LoggerMessage(2111, LogLevel.Information, "the Akka cluster holds {Address} for unreachable: its nodes are looked after")]
    public static partial void MemberUnreachable(this ILogger log, string address);

    [LoggerMessage(2112, LogLevel.Warning, "no member of the Akka cluster became known within {Seconds} s: only the seeds of the configuration are asked")]
    public static partial void NoContacts(this ILogger log, double seconds);

    [LoggerMessage(2120, LogLevel.Debug, "{Source}: {Text}")]
    public static partial void AkkaDebug(this ILogger log, string source, string text);

    [LoggerMessage(2121, LogLevel.Information, "{Source}: {Text}")]
    public static partial void AkkaInfo(this ILogger log, string source, string text);

    [LoggerMessage(2122, LogLevel.Warning, "{Source}: {Text}")]
    public static partial void AkkaWarning(this ILogger log, Exception? cause, string source, string text);

    [LoggerMessage(2123, LogLevel.Error, "{Source}: {Text}")]
    public static partial void AkkaError(this ILogger log, Exception? cause, string source, string text);
}
