using System.Net;
using Microsoft.Extensions.Logging;
using PastryActors.Core.Driving;

namespace PastryActors.Tcp.Diagnostics;

/// <summary>What the engine logs, each with a stable id.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "listening on {Address}, ring {Ring}, tls {Tls}")]
    public static partial void Listening(this ILogger log, string address, string ring, bool tls);

    [LoggerMessage(2001, LogLevel.Debug, "{Lane} connection with {Peer} is open ({Direction})")]
    public static partial void Opened(this ILogger log, Lane lane, EndPoint? peer, string direction);

    [LoggerMessage(2002, LogLevel.Debug, "{Lane} connection with {Peer} is closed: {Reason}")]
    public static partial void Closed(this ILogger log, Lane lane, EndPoint? peer, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "refused {Peer}: {Reason}, {Detail} ({Suppressed} more like it were not logged)")]
    public static partial void Refused(this ILogger log, EndPoint? peer, Refusal reason, string detail, long suppressed);

    [LoggerMessage(2004, LogLevel.Debug, "cannot reach {Address}: {Detail}")]
    public static partial void Unreachable(this ILogger log, string address, string detail);

    [LoggerMessage(2005, LogLevel.Warning, "{Peer} refused us: {Reason}")]
    public static partial void RefusedByPeer(this ILogger log, EndPoint? peer, Refusal reason);

    [LoggerMessage(2006, LogLevel.Warning, "cannot accept connections at the moment: {Detail} ({Suppressed} more like it were not logged)")]
    public static partial void AcceptFailed(this ILogger log, string detail, long suppressed);

    [LoggerMessage(2013, LogLevel.Error, "a loop of a connection with {Peer} ended in an unforeseen way")]
    public static partial void ConnectionFailed(this ILogger log, Exception reason, EndPoint? peer);
}

/// <summary>Lets one warning of a kind through in an interval and counts the rest, so that a stranger cannot fill the disk with log.</summary>
internal sealed class WarningGate(TimeSpan interval)
{
    private readonly long[] _nextMs = new long[(int)Refusal.Stalled + 1];
    private readonly long[] _suppressed = new long[(int)Refusal.Stalled + 1];

    /// <summary>Whether to log now, and how many were kept back since the last time.</summary>
    public bool TryPass(Refusal reason, out long suppressed)
    {
        suppressed = 0;
        long now = Environment.TickCount64;
        ref long next = ref _nextMs[(int)reason];
        long due = Volatile.Read(ref next);
        if (now < due || Interlocked.CompareExchange(ref next, now + (long)interval.TotalMilliseconds, due) != due)
        {
            Interlocked.Increment(ref _suppressed[(int)reason]);
            return false;
        }

        suppressed = Interlocked.Exchange(ref _suppressed[(int)reason], 0);
        return true;
    }
}
