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
/// <param name="bytes">The bytes; nobody changes them any more. Their hash is made when it is first asked for.</param>
public sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : ContentRef
{
    private Hash256 _hash;
    private bool _hashed;

    /// <summary>Content whose hash the caller made already.</summary>
    public MemoryContent(ReadOnlyMemory<byte> bytes, Hash256 hash)
        : this(bytes) => (_hash, _hashed) = (hash, true);

    /// <summary>The bytes; nobody changes them any more.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public override int Length => Bytes.Length;

    /// <inheritdoc/>
    public override Hash256 Hash
    {
        get
        {
            // Two threads that both find it missing write the same value, so neither can see a torn one.
            if (Volatile.Read(ref _hashed)) return _hash;
            _hash = Hash256.Of(Bytes.Span);
            Volatile.Write(ref _hashed, true);
            return _hash;
        }
    }
}
