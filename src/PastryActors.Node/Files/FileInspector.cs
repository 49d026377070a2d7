using PastryActors.Core.Coding;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Files;

/// <summary>Where a file is.</summary>
/// <param name="Chunks">Chunks of content; 1 for a file in one piece.</param>
/// <param name="Holders">Of the file's own object, the k closest nodes and whoever else holds it or may hold it, closest first, as of <paramref name="At"/>.</param>
/// <param name="ReplicasAlive">The least number of replicas over the file's own object and all its parts; a stripe of a coded file counts as many as the nodes that must fail before it is lost.</param>
/// <param name="ContentHash">What names the content, wherever its chunks lie.</param>
public sealed record FileWhereabouts(ObjectCertificate Certificate, Hash256 ContentHash, int Chunks, ValueList<HolderReport> Holders, int ReplicasAlive, DateTimeOffset At)
{
    /// <summary>How its chunks are coded; none: each is kept k times.</summary>
    public StripeCode Code { get; init; }

    /// <summary>Of a coded file, chunks of content and parity that no node holds.</summary>
    public int ChunksMissing { get; init; }

    /// <summary>Of a coded file, stripes of which too many chunks are missing to make them again.</summary>
    public int StripesLost { get; init; }
}

/// <summary>Answers for a file who holds it and how many replicas live, and releases it.</summary>
public sealed class FileInspector(INodeAccess node, FileReader reader, OwnerIdentity owner, OwnerJournal journal, FileTransferOptions options, TimeProvider time)
{
    /// <summary>Asks the holders of the file's own object to read it back, and those of its parts whether they have them.</summary>
    public async Task<FileWhereabouts> InspectAsync(FileId file, CancellationToken cancellation)
    {
        ObjectInspected top = await InspectAsync(file, readBack: true, cancellation).ConfigureAwait(false);
        if (top.Certificate is not { } certificate || !certificate.IsFile())
            throw new RequestFailedException(FailureCode.NotFound, $"nobody holds a file {file}");

        int alive = AliveOf(top);
        int chunks = 1;
        Hash256 contentHash = certificate.ContentHash;
        var census = new StripeCensus(null);
        if (certificate.Kind != ObjectKind.File)
        {
            OpenFile open = await reader.OpenAsync(file, cancellation).ConfigureAwait(false);
            (chunks, contentHash, census) = (0, open.ContentHash, new StripeCensus(open.Top));
            await ForEachPartAsync(open, async part =>
            {
                if (part.IsChunk && !part.IsParity) Interlocked.Increment(ref chunks);
                ObjectInspected seen = await InspectAsync(part.Id, readBack: false, cancellation).ConfigureAwait(false);
                if (!census.Take(part, seen)) Lower(ref alive, AliveOf(seen));
            }, cancellation).ConfigureAwait(false);
            alive = Math.Min(alive, census.NodesToLose);
        }

        // Of the k closest also those that lack it: that is what one wants to know.
        ValueList<HolderReport> holders = top.Holders.Where((h, rank) => rank < certificate.Replicas || h.State != HolderState.Missing).ToValueList();
        return new FileWhereabouts(certificate, contentHash, chunks, holders, alive, time.GetUtcNow()) { Code = census.Code, ChunksMissing = census.Missing, StripesLost = census.Lost };
    }

    /// <summary>
    /// Releases a file: its parts first and its own object last, so that an interrupted reclaim can be asked for again. Only the file's
    /// owner may; anyone else gets <see cref="FailureCode.Forbidden"/> before anything happens. Of a file that was never finished, what was
    /// sent of it is released.
    /// </summary>
    /// <returns>Content bytes released, over all holders.</returns>
    public async Task<long> ReclaimAsync(FileId file, CancellationToken cancellation)
    {
        OpenFile open;
        try
        {
            open = await reader.OpenAsync(file, cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.Code == FailureCode.NotFound)
        {
            if (await ReclaimUnfinishedAsync(file, cancellation).ConfigureAwait(false) is { } left) return left;
            throw;
        }

        long released = await ReclaimAsync(file, open, cancellation).ConfigureAwait(false);
        // Another put of it may have failed on the way to what this one has.
        return released + (await ReclaimUnfinishedAsync(file, cancellation).ConfigureAwait(false) ?? 0);
    }

    private async Task<long?> ReclaimUnfinishedAsync(FileId file, CancellationToken cancellation)
    {
        long released = 0;
        bool known = await journal.Puts.ReleaseAsync(file, async parts => released = await ReleaseAllAsync(file, parts, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        IReadOnlyCollection<FileId> left = journal.Puts.LeftOf(file);
        if (left.Count > 0) released += await ReleaseAllAsync(file, left, cancellation).ConfigureAwait(false);
        journal.Puts.ForgetLeft(file);
        return known || left.Count > 0 ? released : null;
    }

    private async Task<long> ReleaseAllAsync(FileId file, IReadOnlyCollection<FileId> parts, CancellationToken cancellation)
    {
        if (journal.WasAcknowledged(file) && (await InspectAsync(file, readBack: false, cancellation).ConfigureAwait(false)).Certificate is not null)
            throw new RequestFailedException(FailureCode.Busy, $"{file} was acknowledged just now; reclaim it again");

        ReclaimCertificate certificate = await owner.ReclaimAsync(file).ConfigureAwait(false);
        // First: whatever interrupts this, a put of the same content is to take another id, since these are being buried.
        journal.Reclaimed(file, certificate.CreatedUnixMilliseconds);
        long released = 0;
        await Parallel.ForEachAsync(
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = options.Window, CancellationToken = cancellation },
            async (part, stop) => Interlocked.Add(ref released, await ReleaseAsync(part, certificate, mayLack: true, stop).ConfigureAwait(false))).ConfigureAwait(false);
        return released;
    }

    private async Task<long> ReclaimAsync(FileId file, OpenFile open, CancellationToken cancellation)
    {
        if (open.Certificate.Owner != owner.PublicKey)
            throw new RequestFailedException(FailureCode.Forbidden, $"{file} belongs to another owner; only the key that inserted it can reclaim it");

        ReclaimCertificate certificate = await owner.ReclaimAsync(file).ConfigureAwait(false);
        long released = 0;
        await ForEachPartAsync(open, async part => Interlocked.Add(ref released, await ReleaseAsync(part.Id, certificate, mayLack: true, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false);
        foreach (FileId left in journal.Puts.LeftOf(file).Where(l => l != file)) released += await ReleaseAsync(left, certificate, mayLack: true, cancellation).ConfigureAwait(false);
        released += await ReleaseAsync(file, certificate, mayLack: false, cancellation).ConfigureAwait(false);
        journal.Reclaimed(file, certificate.CreatedUnixMilliseconds);
        journal.Puts.ForgetLeft(file);
        return released;
    }

    // A part that a second try no longer finds is what the first one released.
    private async Task<long> ReleaseAsync(FileId id, ReclaimCertificate certificate, bool mayLack, CancellationToken cancellation) =>
        await node.AskAsync(request => new ReclaimObject(request, options.RequestTimeout, id, certificate), cancellation).ConfigureAwait(false) switch
        {
            ObjectReclaimed reclaimed => reclaimed.BytesReleased,
            Failed { Code: FailureCode.NotFound } when mayLack => 0,
            Failed failed => throw RequestFailedException.Of(failed),
            var other => throw new InvalidOperationException($"the node answered {other.GetType().Name} to a reclaim"),
        };

    private Task<ObjectInspected> InspectAsync(FileId id, bool readBack, CancellationToken cancellation) =>
        node.AskAsync<ObjectInspected>(request => new InspectObject(request, options.RequestTimeout, id, readBack), cancellation);

    private Task ForEachPartAsync(OpenFile open, Func<FilePart, Task> act, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            reader.PartsAsync(open, 0, open.Size, chunksOnly: false, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = options.Window, CancellationToken = cancellation },
            async (part, _) => await act(part).ConfigureAwait(false));

    private static int AliveOf(ObjectInspected inspected)
    {
        int alive = 0;
        foreach (HolderReport holder in inspected.Holders)
        {
            if (holder.State is HolderState.Held or HolderState.Verified) alive++;
        }

        return alive;
    }

    private static void Lower(ref int value, int to)
    {
        int seen;
        while ((seen = Volatile.Read(ref value)) > to) Interlocked.CompareExchange(ref value, to, seen);
    }
}
