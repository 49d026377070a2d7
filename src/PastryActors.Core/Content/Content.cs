using PastryActors.Core.Ring;

namespace PastryActors.Core.Content;

/// <summary>
/// A reference to bytes that the engine holds. The core moves references and facts about them, never the bytes: it reads length and
/// hash, and hands the reference on to the store or to a peer. The engine made the hash from the very bytes it received.
/// </summary>
public abstract class ContentRef
{
    /// <summary>Length in bytes; at most one chunk.</summary>
    public abstract int Length { get; }

    /// <summary>SHA-256 of the bytes, computed at the edge where they came in.</summary>
    public abstract Hash256 Hash { get; }
}

/// <summary>Content whose bytes are in this process's memory: what the Tcp engine, the store and applications pass around.</summary>
public sealed class MemoryContent(ReadOnlyMemory<byte> bytes, Hash256 hash) : ContentRef
{
    /// <summary>Content of <paramref name="bytes"/>, hashed here.</summary>
    public MemoryContent(ReadOnlyMemory<byte> bytes)
        : this(bytes, Hash256.Of(bytes.Span))
    {
    }

    /// <summary>The bytes; nobody changes them any more.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public override int Length => Bytes.Length;

    /// <inheritdoc/>
    public override Hash256 Hash { get; } = hash;
}
