using PastryActors.Core.Coding;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Files;

/// <summary>Finds a part of a file, checked against what its parent says of it; throws <see cref="RequestFailedException"/>.</summary>
internal delegate Task<MemoryContent> FetchPart(OpenFile file, FilePart part, CancellationToken cancellation);

/// <summary>
/// The chunks of one stripe as somebody reads them: each is asked for once, whoever wants it. When one fails, or does not come within the patience, all others of the stripe are asked for, and it is made again from
/// the first that are enough, unless it comes after all. At most one stripe is in memory. For one reader; what it began ends with the token.
/// </summary>
internal sealed class StripeFetch(OpenFile file, int stripe, FetchPart fetch, TimeSpan patience, CancellationToken stop)
{
    private readonly HashTreeNode _top = file.Top!;
    private readonly IReadOnlyDictionary<int, TreeChild> _rows = file.Top!.Stripe(stripe);
    private readonly Dictionary<int, Task<MemoryContent>> _asked = [];
    private readonly Lock _gate = new();

    /// <summary>Which stripe of the file it is.</summary>
    public int Number => stripe;

    /// <summary>A chunk by its number in the stripe.</summary>
    public async Task<MemoryContent> ReadAsync(int row)
    {
        Task<MemoryContent> asked = Ask(row);
        await Task.WhenAny(asked, Task.Delay(patience, stop)).ConfigureAwait(false);
        if (asked.IsCompletedSuccessfully) return await asked.ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        Task<MemoryContent> made = RebuildAsync(row);
        await Task.WhenAny(asked, made).ConfigureAwait(false);
        // If one of them failed the other may come yet; if both do, why it could not be made again says more.
        if (!asked.IsCompletedSuccessfully && !made.IsCompletedSuccessfully) await ((Task)Task.WhenAll(asked, made)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await (asked.IsCompletedSuccessfully ? asked : made).ConfigureAwait(false);
    }

    /// <summary>Makes a chunk again from others of the stripe. Throws <see cref="RequestFailedException"/>: unreachable if they are too few, invalid if what they give is not the chunk.</summary>
    public async Task<MemoryContent> RebuildAsync(int row)
    {
        Dictionary<int, ReadOnlyMemory<byte>> known = await GatherAsync(row).ConfigureAwait(false);
        int needed = _top.DataCountOf(stripe);
        if (known.Count < needed)
            throw new RequestFailedException(FailureCode.Unreachable, $"chunk {_rows[row].Place.Row} at offset {_rows[row].Offset} is not found, and of the {needed} others of its stripe that give it back only {known.Count} are");
        var content = new MemoryContent(ReedSolomon.Rebuild(_top.Code, needed, known, row, (int)_rows[row].Size));
        return content.Hash == _rows[row].Hash ? content : throw FileReader.MadeWrong(file.File, "its parity does not fit its content");
    }

    private Task<MemoryContent> Ask(int row)
    {
        lock (_gate)
        {
            if (!_asked.TryGetValue(row, out Task<MemoryContent>? asked)) _asked[row] = asked = fetch(file, FileReader.PartOf(file, _top, _rows[row]), stop);
            return asked;
        }
    }

    private async Task<Dictionary<int, ReadOnlyMemory<byte>>> GatherAsync(int missing)
    {
        Dictionary<Task<MemoryContent>, int> asked = _rows.Keys.Where(row => row != missing).ToDictionary(Ask);
        Dictionary<int, ReadOnlyMemory<byte>> known = [];
        await foreach (Task<MemoryContent> came in Task.WhenEach(asked.Keys).ConfigureAwait(false))
        {
            if (came.IsCompletedSuccessfully) known[asked[came]] = (await came.ConfigureAwait(false)).Bytes;
            if (known.Count == _top.DataCountOf(stripe)) break;
        }

        stop.ThrowIfCancellationRequested();
        return known;
    }
}
