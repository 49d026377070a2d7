using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Store.Index;
using PastryActors.Store.Upkeep;
using PastryActors.Store.Volumes;
using PastryActors.Store.Writing;

namespace PastryActors.Store.Reading;

/// <summary>
/// Answers reads on a fixed number of threads of its own, because a read of a slow disk blocks whoever makes it. Nothing here waits for
/// the writer: what is listed is durable and never changes.
/// </summary>
internal sealed class ReaderPool(BoundedQueue<(StoreRead Work, IWorkCompletion Completion)> queue, Catalog catalog, Quarantine quarantine, StoreEvents events)
{
    // An object can move (compaction) between look-up and verdict only now and then; this often in a row never happens.
    private const int Attempts = 4;

    /// <summary>The body of one reader's thread: runs until the queue is closed and empty.</summary>
    public void Run()
    {
        var reader = new RecordReader();
        while (queue.Take(out (StoreRead Work, IWorkCompletion Completion) item))
        {
            StoreGot got = Answer(reader, item.Work);
            Interlocked.Increment(ref events.Counters.Reads);
            events.Complete(item.Completion, got);
        }
    }

    private StoreGot Answer(RecordReader reader, StoreRead work)
    {
        try
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                if (TryOnce(reader, work, out StoreGot got)) return got;
            }

            return Nothing(work, StoreStatus.Failed);
        }
        catch (Exception error)
        {
            events.Surprise(error);
            return Nothing(work, StoreStatus.Failed);
        }
    }

    /// <summary>False if the object was replaced or moved while it was read, and was not whole where it had been.</summary>
    private bool TryOnce(RecordReader reader, StoreRead work, out StoreGot got)
    {
        got = Nothing(work, StoreStatus.NotFound);
        if (!catalog.TryLease(work.Object, out IndexEntry entry, out Volume volume)) return true;
        try
        {
            if (reader.TryRead(volume.File, volume.Name.Marker, entry, work.MetaOnly, out WholeRecord record))
            {
                TimeSpan? verifiedAgo = work.MetaOnly ? events.Now - volume.VerifiedAt : TimeSpan.Zero;
                got = new StoreGot(work.Id, work.Object, StoreStatus.Done, record.Meta, ContentOf(record)) { VerifiedAgo = verifiedAgo };
                return true;
            }

            got = Nothing(work, StoreStatus.Corrupt);
            return quarantine.Take(entry);
        }
        catch (IOException error)
        {
            Interlocked.Increment(ref events.Counters.FailedReads);
            events.Tell(new StoreFact(StoreFactKind.ReadFailed, work.Object, volume.Number, entry.RecordLength, error.Message));
            got = Nothing(work, StoreStatus.Failed);
            return true;
        }
        finally
        {
            volume.Release();
        }
    }

    private static MemoryContent? ContentOf(in WholeRecord record) => record.Content is null ? null : new MemoryContent(record.Content);

    private static StoreGot Nothing(StoreRead work, StoreStatus status) => new(work.Id, work.Object, status, default, null);
}
