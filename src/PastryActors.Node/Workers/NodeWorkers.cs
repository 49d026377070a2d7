using PastryActors.Core.Driving;
using PastryActors.Scribe.History;

namespace PastryActors.Node.Workers;

/// <summary>Hands each piece of a node's work to whoever does it: the disk to the store, signatures to the signature workers, the history of topics to those who keep it in PAST.</summary>
public sealed class NodeWorkers(IWorkers store, IWorkers signatures, IWorkers segments) : IWorkers
{
    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion)
    {
        IWorkers workers = work switch
        {
            StoreWrite or StoreRead or StoreRemove or StoreProve => store,
            Sign or Verify or SignContents or VerifyContents => signatures,
            ArchiveSegment or FetchSegment or DropSegment => segments,
            _ => throw new ArgumentException($"nobody does {work.GetType().Name}", nameof(work)),
        };
        workers.Submit(work, completion);
    }
}
