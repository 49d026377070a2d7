using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>A question about a core's state, answered beside it on its node's thread.</summary>
public abstract class CoreQuery
{
    /// <summary>Answers it; never throws.</summary>
    public abstract void Answer(INodeCore core);

    /// <summary>Tells the asker that there will be no answer.</summary>
    public abstract void Refuse(Exception reason);
}

/// <summary>A question with an answer of a certain type.</summary>
public sealed class CoreQuery<TResult>(Func<INodeCore, TResult> read) : CoreQuery
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<TResult> Task => _answer.Task;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public override void Refuse(Exception reason) => _answer.TrySetException(reason);
}
