using PastryActors.Core.Driving;
using PastryActors.Store;

namespace PastryActors.Node.Workers;

/// <summary>Hands store work to a node's store; what the store's full queue does not take is answered as failed, so that nothing waits for ever.</summary>
public sealed class StoreWorkers(VolumeStore store) : IWorkers
{
    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion)
    {
        if (work is StoreProve prove)
        {
            // To the store it is a read; what is read is hashed on the thread that read it.
            Submit(new StoreRead(prove.Id, prove.Object, MetaOnly: false), new ProofMaker(prove.Nonce, completion));
            return;
        }

        if (store.TrySubmit(work, completion)) return;
        completion.Completed(work switch
        {
            StoreWrite write => new StoreChanged(write.Id, write.Object, StoreStatus.Failed),
            StoreRemove remove => new StoreChanged(remove.Id, remove.Object, StoreStatus.Failed),
            StoreRead read => new StoreGot(read.Id, read.Object, StoreStatus.Failed, default, null),
            _ => throw new ArgumentException($"{work.GetType().Name} is not store work", nameof(work)),
        });
    }
}
