using PastryActors.Core.Driving;

namespace PastryActors.Tcp;

/// <summary>One entry of a node's mailbox: an event for the core, a result owed to it, or a question to be answered beside it.</summary>
internal readonly struct NodeItem
{
    public NodeItem(in NodeEvent happened, int generation = 0) => (Event, Generation) = (happened, generation);

    public NodeItem(NodeQuery query) => Query = query;

    /// <summary>The event, unless this is a query.</summary>
    public NodeEvent Event { get; }

    /// <summary>For results: the core that asked, counted from 1. A later one never asked.</summary>
    public int Generation { get; }

    /// <summary>The question, if this is one.</summary>
    public NodeQuery? Query { get; }
}

/// <summary>A question about the core's state.</summary>
internal abstract class NodeQuery
{
    public abstract void Answer(INodeCore core);

    public abstract void Refuse(Exception reason);
}

/// <summary>A question with an answer of a certain type.</summary>
internal sealed class NodeQuery<TResult>(Func<INodeCore, TResult> read) : NodeQuery
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _answer.Task;

    public override void Answer(INodeCore core)
    {
        try
        {
            _answer.TrySetResult(read(core));
        }
        catch (Exception e)
        {
            // The asker's mistake is the asker's to hear of: the core did not fail.
            _answer.TrySetException(e);
        }
    }

    public override void Refuse(Exception reason) => _answer.TrySetException(reason);
}
