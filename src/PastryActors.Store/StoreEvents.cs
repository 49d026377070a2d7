using PastryActors.Core.Driving;

namespace PastryActors.Store;

/// <summary>
/// Where everything leaves the store: counters, the observer, completions. Code of others that throws there is counted and costs
/// the store nothing.
/// </summary>
internal sealed class StoreEvents(IStoreObserver observer, TimeProvider time)
{
    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    public StoreCounters Counters { get; } = new();

    public void Tell(in StoreFact fact)
    {
        try
        {
            observer.Observe(fact);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref Counters.Unexpected);
        }
    }

    public void Complete(IWorkCompletion completion, WorkResult result)
    {
        try
        {
            completion.Completed(result);
        }
        catch (Exception error)
        {
            Surprise(error);
        }
    }

    public void Surprise(Exception error)
    {
        Interlocked.Increment(ref Counters.Unexpected);
        Tell(new StoreFact(StoreFactKind.Unexpected, Detail: error.ToString()));
    }
}
