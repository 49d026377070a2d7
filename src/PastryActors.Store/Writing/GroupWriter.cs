using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Files;
using PastryActors.Store.Format;
using PastryActors.Store.Index;
using PastryActors.Store.Upkeep;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Writing;

/// <summary>
/// The one thread that writes. It takes everything that waits, decides on each, and commits what is to be written as one group; what
/// arrives while the disk syncs is the next group, so the slower the disk, the more share a sync.
/// </summary>
internal sealed class GroupWriter(
    StoreOptions options,
    StoreLimits limits,
    BoundedQueue<(Work Work, IWorkCompletion? Completion)> queue,
    Catalog catalog,
    VolumeAppender appender,
    Compactor compactor,
    StoreEvents events)
{
    // Bounds the wait of the first in a group when small work never stops arriving.
    private const int GroupCountMax = 4096;

    // A write may ask for compaction only where it gives back this share of a volume: below it, a full store would copy far more than it takes in.
    private const int WriteGainShare = 16;

    /// <summary>Runs until the queue is closed and empty.</summary>
    public void Run()
    {
        while (queue.Take(out (Work Work, IWorkCompletion? Completion) item))
        {
            do Handle(item.Work, item.Completion);
            while (appender.PendingBytes < options.GroupBytesMax && appender.PendingCount < GroupCountMax && queue.TryTake(out item));
            Guarded(appender.Commit);
        }

        Guarded(appender.Close);
    }

    private void Handle(Work work, IWorkCompletion? completion)
    {
        try
        {
            switch (work)
            {
                case StoreWrite write: Answer(write.Id, write.Object, Decide(write, completion), completion); break;
                case StoreRemove remove: Answer(remove.Id, remove.Object, Decide(remove, completion), completion); break;
                case ForgetDamaged forget: Forget(forget); break;
                case CompactionOrder order: order.Done.TrySetResult(compactor.Step(order.BytesMax)); break;
                default: throw new ArgumentOutOfRangeException(nameof(work), work, "not work of a store");
            }
        }
        catch (Exception error)
        {
            events.Surprise(error);
            if (work is CompactionOrder order) order.Done.TrySetResult(default);
        }
    }

    /// <summary>The verdict on a write; null if it is in the group and is answered by the commit.</summary>
    private StoreStatus? Decide(StoreWrite write, IWorkCompletion? completion)
    {
        if (!CanTake(write, out ReadOnlyMemory<byte> content)) return StoreStatus.Failed;
        if (IsListed(write.Object, out _)) return StoreStatus.Exists;
        long length = RecordHeader.RecordLengthOf(write.Meta.Length, content.Length);
        if (!compactor.MakeRoom(length, limits.WriteBytes, limits.VolumeBytes / WriteGainShare)) return StoreStatus.Full;
        RecordKind kind = write.Content is null ? RecordKind.BareObject : RecordKind.Object;
        return Stage(new Draft(kind, write.Object, write.Tag, write.Meta.Memory, content) { Asker = (write.Id, completion) });
    }

    private StoreStatus? Decide(StoreRemove remove, IWorkCompletion? completion)
    {
        bool forgets = remove.Tombstone.IsEmpty;
        if (!IsListed(remove.Object, out _) && forgets) return StoreStatus.NotFound;
        if (remove.Tombstone.Length > options.ObjectBytesMax) return Refuse(remove.Object, remove.Tombstone.Length, "the tombstone is too large");
        long length = RecordHeader.RecordLengthOf(remove.Tombstone.Length, 0);

        // A removal is what makes room, so it goes ahead even where compaction finds nothing yet.
        if (!compactor.MakeRoom(length, limits.RemovalBytes, length) && !forgets) return StoreStatus.Full;

        // Only now, for compaction may have moved the object: the removal must name the volume where its newest record lies.
        bool listed = IsListed(remove.Object, out IndexEntry entry);
        if (forgets && !listed) return StoreStatus.NotFound;
        Draft draft = forgets
            ? new Draft(RecordKind.Removal, remove.Object, entry.Volume)
            : new Draft(RecordKind.Tombstone, remove.Object, remove.TombstoneTag, remove.Tombstone.Memory);
        return Stage(draft with { Asker = (remove.Id, completion) });
    }

    private void Forget(ForgetDamaged forget)
    {
        // Written anew meanwhile: then the damaged record is hidden by a newer one already.
        if (appender.IsStaged(forget.Object) || catalog.TryGet(forget.Object, out _)) return;
        Stage(new Draft(RecordKind.Removal, forget.Object, forget.Volume));
    }

    private StoreStatus? Stage(in Draft draft)
    {
        try
        {
            appender.Stage(draft);
            return null;
        }
        catch (IOException error)
        {
            return DiskErrors.IsFull(error) ? StoreStatus.Full : StoreStatus.Failed;
        }
    }

    /// <summary>Whether the object is listed, once what this group says about it is settled.</summary>
    private bool IsListed(in FileId id, out IndexEntry entry)
    {
        if (appender.IsStaged(id)) appender.Commit();
        return catalog.TryGet(id, out entry);
    }

    private bool CanTake(StoreWrite write, out ReadOnlyMemory<byte> content)
    {
        content = (write.Content as MemoryContent)?.Bytes ?? default;
        if (write.Content is not (null or MemoryContent))
        {
            Refuse(write.Object, write.Content.Length, $"content of type {write.Content.GetType().Name} is not in memory");
            return false;
        }

        long bytes = (long)write.Meta.Length + content.Length;
        if (bytes <= options.ObjectBytesMax) return true;
        Refuse(write.Object, bytes, "the object is too large");
        return false;
    }

    private StoreStatus Refuse(in FileId id, long bytes, string reason)
    {
        events.Tell(new StoreFact(StoreFactKind.WorkRefused, id, Bytes: bytes, Detail: $"{reason}; at most {options.ObjectBytesMax} bytes in memory are taken"));
        return StoreStatus.Failed;
    }

    private void Answer(long id, FileId file, StoreStatus? verdict, IWorkCompletion? completion)
    {
        if (verdict is not { } status || completion is null) return;
        if (status == StoreStatus.Full) Interlocked.Increment(ref events.Counters.FullRefusals);
        if (status == StoreStatus.Failed) Interlocked.Increment(ref events.Counters.FailedChanges);
        events.Complete(completion, new StoreChanged(id, file, status));
    }

    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception error)
        {
            events.Surprise(error);
        }
    }
}
