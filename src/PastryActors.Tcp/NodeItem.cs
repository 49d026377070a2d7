using PastryActors.Core.Driving;
using PastryActors.Engine;

namespace PastryActors.Tcp;

/// <summary>One entry of a node's mailbox: an event for the core, a result owed to it, or a question to be answered beside it.</summary>
internal readonly struct NodeItem
{
    public NodeItem(in NodeEvent happened, int generation = 0) => (Event, Generation) = (happened, generation);

    public NodeItem(CoreQuery query) => Query = query;

    /// <summary>The event, unless this is a query.</summary>
    public NodeEvent Event { get; }

    /// <summary>For results: the core that asked, counted from 1. A later one never asked.</summary>
    public int Generation { get; }

    /// <summary>The question, if this is one.</summary>
    public CoreQuery? Query { get; }

    /// <summary>What caused it, where somebody traces.</summary>
    public TraceParent? Trace { get; init; }
}
