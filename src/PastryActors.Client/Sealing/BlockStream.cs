namespace PastryActors.Client;

/// <summary>A stream for reading, made of blocks that come one after the other.</summary>
internal abstract class BlockStream : Stream
{
    private ReadOnlyMemory<byte> _block;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
