using System.Diagnostics;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;

namespace PastryActors.Engine;

/// <summary>
/// Makes the spans of a node's work, on the source "PastryActors.Engine": one for each message and request that came with a <see cref="TraceParent"/>,
/// and one for each piece of work that it set off at a worker. Spans never stay current on the node's thread: what they cause is told explicitly.
/// </summary>
internal static class NodeTracer
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "PastryActors.Engine";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of an event; null where nobody listens.</summary>
    public static Activity? Begin(in NodeEvent happened, TraceParent parent, string node) => happened.Body switch
    {
        IRoutedEnvelope routed => Begin(routed.Payload.GetType().Name, ActivityKind.Consumer, parent, node)?.SetTag("pastry.key", routed.Key.ToString()).SetTag("pastry.hop", routed.Hops).SetTag("pastry.from", happened.From?.Address),
        Message message => Begin(message.GetType().Name, ActivityKind.Consumer, parent, node)?.SetTag("pastry.from", happened.From?.Address),
        { } body => Begin(body.GetType().Name, ActivityKind.Internal, parent, node),
        null => null,
    };

    /// <summary>The span of a piece of work, to be stopped when it is done.</summary>
    public static Activity? Begin(Work work, TraceParent parent, string node) => Begin(work.GetType().Name, ActivityKind.Internal, parent, node);

    private static Activity? Begin(string name, ActivityKind kind, TraceParent parent, string node)
    {
        Activity? before = Activity.Current;
        var context = new ActivityContext(parent.Trace, parent.Span, ActivityTraceFlags.Recorded, isRemote: true);
        Activity? span = Source.StartActivity(name, kind, context)?.SetTag("pastry.node", node);
        Activity.Current = before;
        return span;
    }
}
