namespace PastryActors.Client;

/// <summary>A stream for reading, made of blocks that come one after the other.</summary>
internal abstract class BlockStream : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _block;

    /// <summary>The next block, never empty; null at the end. Its memory may be used again for the one after it.</summary>
    protected abstract ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation);

    /// <summary>Forgets what was not read yet.</summary>
    protected void Rewind() => _block = default;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        if (_block.IsEmpty)
        {
            if (await NextAsync(cancellationToken).ConfigureAwait(false) is not { } next) return 0;
            _block = next;
        }

        int length = Math.Min(buffer.Length, _block.Length);
        _block[..length].CopyTo(buffer);
        _block = _block[length..];
        return length;
    }
}
