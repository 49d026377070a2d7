using Microsoft.Extensions.Logging;
using PastryActors.Core.Ring;

namespace PastryActors.Engine;

/// <summary>What every engine logs of its nodes, each with a stable id.</summary>
public static partial class EngineLog
{
    [LoggerMessage(2010, LogLevel.Error, "node {Node} failed ({Failures} in the window) and starts again in {BackOffMs} ms")]
    public static partial void NodeFailed(this ILogger log, Exception reason, RingId node, int failures, double backOffMs);

    [LoggerMessage(2011, LogLevel.Critical, "node {Node} failed {Failures} times in the window and is given up")]
    public static partial void NodeGivenUp(this ILogger log, Exception reason, RingId node, int failures);

    [LoggerMessage(2012, LogLevel.Error, "the listener of node {Node} threw")]
    public static partial void ListenerFailed(this ILogger log, Exception reason, RingId node);
}
