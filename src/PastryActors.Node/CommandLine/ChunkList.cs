using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Past.Trees;

namespace PastryActors.Node.CommandLine;

/// <summary>The hashes of a file's chunks as it is stored, found to be those that its content hash stands for.</summary>
internal sealed class ChunkList
{
    private readonly long _size;
    private readonly ReadOnlyMemory<byte> _hashes;

    private ChunkList(long size, int chunkSizeBytes, ReadOnlyMemory<byte> hashes) => (_size, ChunkSizeBytes, _hashes) = (size, chunkSizeBytes, hashes);

    /// <summary>Bytes of every chunk but the last.</summary>
    public int ChunkSizeBytes { get; }

    /// <summary>How many; an empty file has one.</summary>
    public int Count => (int)Math.Max((_size + ChunkSizeBytes - 1) / ChunkSizeBytes, 1);

    /// <summary>The chunks of a file that was opened.</summary>
    public static async Task<ChunkList> OfAsync(PastClient past, FileLink link, OpenedFile file, CancellationToken stop)
    {
        // Of a file in one piece the content hash is the chunk's.
        if (file.ChunkSizeBytes == 0) return new ChunkList(file.StoredSize, (int)Math.Max(file.StoredSize, 1), Convert.FromHexString(file.ContentHash));
        FileChunks chunks = await past.ChunksAsync(link.FileId, stop).ConfigureAwait(false);
        var list = new ChunkList(chunks.StoredSize, chunks.ChunkSizeBytes, chunks.Hashes);
        bool good = chunks.StoredSize == file.StoredSize && chunks.ChunkSizeBytes == file.ChunkSizeBytes && list.TreeHash() == file.ContentHash;
        return good ? list : throw new CommandFailedException("damaged", $"the list of chunks that came is not that of {link.FileId}", "try again, or ask another node with --node");
    }

    /// <summary>Bytes of one of them.</summary>
    public int LengthOf(int index) => (int)Math.Min(_size - ((long)index * ChunkSizeBytes), ChunkSizeBytes);

    /// <summary>Whether these are its bytes.</summary>
    public bool Is(int index, ReadOnlySpan<byte> bytes) => bytes.Length == LengthOf(index) && Hash256.Of(bytes) == HashOf(index);

    private Hash256 HashOf(int index) => Hash256.FromBytes(_hashes.Span.Slice(index * Hash256.SizeBytes, Hash256.SizeBytes));

    private string TreeHash()
    {
        var tree = new HashTreeBuilder(ChunkSizeBytes);
        List<FinishedNode> finished = [];
        for (int i = 0; i < Count; i++, finished.Clear()) tree.Add(HashOf(i), LengthOf(i), finished);
        return Hash256.Of(tree.Finish(finished)).ToString();
    }
}
