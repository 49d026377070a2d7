using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Scribe.History;

namespace PastryActors.Node.Workers;

/// <summary>
/// Keeps the history of topics in PAST, for a Scribe that knows nothing of it: a segment is a file of this node's owner. Every piece of
/// work gets exactly one result, success or not.
/// </summary>
/// <param name="files">Inserts, reads and reclaims.</param>
/// <param name="replicas">On how many nodes a segment is kept.</param>
public sealed class SegmentWorkers(FileInserter inserter, FileReader reader, FileInspector files, int replicas, TimeProvider time) : IWorkers, IDisposable
{
    /// <summary>Pieces of work at once; what else comes waits its turn. The core asks for few: one store a topic, and 16 reads.</summary>
    private const int WorkingMax = 8;

    private readonly SemaphoreSlim _turn = new(WorkingMax);

    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion) => _ = Task.Run(() => DoAsync(work, completion));

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task DoAsync(Work work, IWorkCompletion completion)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            completion.Completed(await ResultAsync(work).ConfigureAwait(false));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<WorkResult> ResultAsync(Work work)
    {
        try
        {
            return work switch
            {
                ArchiveSegment archive => await ArchiveAsync(archive).ConfigureAwait(false),
                FetchSegment fetch => await FetchAsync(fetch).ConfigureAwait(false),
                DropSegment drop => await DropAsync(drop).ConfigureAwait(false),
                _ => throw new ArgumentException($"{work.GetType().Name} is not work on history", nameof(work)),
            };
        }
        catch (Exception e) when (e is RequestFailedException or IOException or OperationCanceledException)
        {
            // Scribe counts it and tries again; the reason is in PAST's own counters.
            return work switch
            {
                ArchiveSegment archive => new SegmentArchived(archive.Id, null, 0),
                FetchSegment fetch => new SegmentFetched(fetch.Id, default),
                _ => new SegmentDropped(work.Id),
            };
        }
    }

    private async Task<SegmentArchived> ArchiveAsync(ArchiveSegment work)
    {
        var file = new InsertFile(work.Name, "application/vnd.pastryactors.segment", replicas, work.Content.Length, AcceptExisting: true);
        using var content = new MemoryStream(work.Content.Memory.ToArray(), writable: false);
        FileInserted done = await inserter.InsertAsync(file, content, new InsertProgress(), CancellationToken.None).ConfigureAwait(false);
        return new SegmentArchived(work.Id, done.File, (ulong)time.GetUtcNow().ToUnixTimeSeconds());
    }

    private async Task<SegmentFetched> FetchAsync(FetchSegment work)
    {
        OpenFile file = await reader.OpenAsync(work.Object, CancellationToken.None).ConfigureAwait(false);
        // No honest segment is larger: one message of a mebibyte and its frame.
        if (file.Size > 2 << 20) return new SegmentFetched(work.Id, default);
        byte[] bytes = new byte[file.Size];
        int at = 0;
        await foreach (ReadOnlyMemory<byte> part in reader.ReadAsync(file, 0, file.Size, CancellationToken.None).ConfigureAwait(false))
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }

        return new SegmentFetched(work.Id, Hash256.Of(bytes) == work.Hash ? new Blob(bytes) : default);
    }

    private async Task<SegmentDropped> DropAsync(DropSegment work)
    {
        await files.ReclaimAsync(work.Object, CancellationToken.None).ConfigureAwait(false);
        return new SegmentDropped(work.Id);
    }
}
