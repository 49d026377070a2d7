using System.Runtime.CompilerServices;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// A file, or a range of it, of which nothing is handed out that was not verified: each chunk against the list that the content hash stands for, so that ranges are read from the beginning of a chunk; of an encrypted file its
/// segments, by its key.
/// </summary>
internal sealed class VerifiedFile : IAsyncDisposable
{
    private readonly ChunkList? _chunks;
    private readonly long _from;
    private readonly long _to;

    private VerifiedFile(OpenedFile file, ChunkList? chunks, long from, long to) => (File, _chunks, _from, _to) = (file, chunks, from, to);

    /// <summary>What is kept beside the content, and how large all of it is.</summary>
    public OpenedFile File { get; }

    /// <summary>How many bytes are wanted.</summary>
    public long Wanted => _to - _from;

    /// <summary>Opens a file, or a range of it.</summary>
    public static async Task<VerifiedFile> OpenAsync(PastClient past, FileLink link, ByteRange? range, CancellationToken stop)
    {
        OpenedFile file = await past.OpenAsync(link, range, stop).ConfigureAwait(false);
        try
        {
            long from = range?.From ?? 0, to = Math.Min(range?.To ?? file.Size, file.Size);
            if (link.Key is not null) return new VerifiedFile(file, null, from, to);
            ChunkList chunks = await ChunkList.OfAsync(past, link, file, stop).ConfigureAwait(false);
            long start = from / chunks.ChunkSizeBytes * chunks.ChunkSizeBytes;
            long end = Math.Min((to + chunks.ChunkSizeBytes - 1) / chunks.ChunkSizeBytes * chunks.ChunkSizeBytes, file.Size);
            if ((start, end) == (from, to)) return new VerifiedFile(file, chunks, from, to);
            await file.DisposeAsync().ConfigureAwait(false);
            file = await past.OpenAsync(link, new ByteRange(start, end), stop).ConfigureAwait(false);
            return new VerifiedFile(file, chunks, from, to);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The bytes that are wanted, in pieces that stand until the next is asked for. Throws <see cref="CommandFailedException"/> (damaged) in the place of the first that are not the file's.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken stop) => _chunks is null ? ReadSealedAsync(stop) : ReadChunksAsync(_chunks, stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => File.DisposeAsync();

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunksAsync(ChunkList chunks, [EnumeratorCancellation] CancellationToken stop)
    {
        byte[] buffer = new byte[chunks.ChunkSizeBytes];
        for (int i = (int)(_from / chunks.ChunkSizeBytes); i < chunks.Count; i++)
        {
            long offset = (long)i * chunks.ChunkSizeBytes;
            if (offset >= _to && offset > 0) yield break;
            Memory<byte> chunk = buffer.AsMemory(0, chunks.LengthOf(i));
            await File.Content.ReadExactlyAsync(chunk, stop).ConfigureAwait(false);
            if (!chunks.Is(i, chunk.Span)) throw new CommandFailedException("damaged", $"what came of bytes {offset} to {offset + chunk.Length} is not the file's", "try again: what was verified before is kept; or ask another node with --node");
            yield return chunk[(int)Math.Max(_from - offset, 0)..(int)Math.Min(_to - offset, chunk.Length)];
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSealedAsync([EnumeratorCancellation] CancellationToken stop)
    {
        byte[] buffer = new byte[128 * 1024];
        for (int length; (length = await File.Content.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;) yield return buffer.AsMemory(0, length);
    }
}
