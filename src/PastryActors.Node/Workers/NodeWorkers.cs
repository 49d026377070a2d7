using PastryActors.Core.Driving;

namespace PastryActors.Node.Workers;

/// <summary>Hands each piece of a node's work to whoever does it: the disk to the store, signatures to the signature workers.</summary>
public sealed class NodeWorkers(IWorkers store, IWorkers signatures) : IWorkers
{
    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion)
    {
        IWorkers workers = work switch
        {
            StoreWrite or StoreRead or StoreRemove => store,
            Sign or Verify => signatures,
            _ => throw new ArgumentException($"nobody does {work.GetType().Name}", nameof(work)),
        };
        workers.Submit(work, completion);
    }
}
