namespace PastryActors.Client;

/// <summary>A file that was found, and the part of its content that was asked for, yet to be read. A connection that breaks midway is an <see cref="IOException"/>, never a short end.</summary>
public sealed class OpenedFile : IAsyncDisposable
{
    private readonly (FileKey Key, SealedHead Head)? _seal;

    internal OpenedFile(FileMetadata metadata, long size, string contentHash, int chunkSizeBytes, Stream content, (FileKey Key, SealedHead Head)? seal = null) =>
        (Metadata, Size, ContentHash, ChunkSizeBytes, Content, _seal) = (metadata, size, contentHash, chunkSizeBytes, content, seal);

    /// <summary>What is kept beside the content.</summary>
    public FileMetadata Metadata { get; }

    /// <summary>Bytes of the whole content.</summary>
    public long Size { get; }

    /// <summary>What names the bytes as they are stored: their SHA-256 or, with <see cref="ChunkSizeBytes"/>, that of the top of the hash tree over them.</summary>
    public string ContentHash { get; }

    /// <summary>Bytes of a chunk of what is stored; 0 for a file in one piece.</summary>
    public int ChunkSizeBytes { get; }

    /// <summary>Bytes of what is stored: of an encrypted file more than <see cref="Size"/>.</summary>
    public long StoredSize => _seal?.Head.StoredSizeOf(Size) ?? Size;

    /// <summary>Bytes of the content that so many first bytes of what is stored are whole segments of.</summary>
    public long ContentWithin(long storedBytes) => _seal?.Head.ContentWithin(storedBytes, Size) ?? storedBytes;

    /// <summary>The part of the content.</summary>
    public Stream Content { get; }

    /// <summary>
    /// The bytes that the ring would have of a content: of an encrypted file it is encrypted again, which comes out the same. So whoever has a
    /// whole content can compare it with <see cref="ContentHash"/>.
    /// </summary>
    public Stream AsStored(Stream content) => _seal is { } seal ? new SealingStream(content, new Sealer(seal.Key), seal.Head) : content;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
