using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Node.Access;

namespace PastryActors.Node.Files;

/// <summary>Cuts a stream into chunks, one ahead, so that whoever reads knows whether a chunk is the last.</summary>
internal sealed class ChunkStream(Stream source, InsertFile file, FileTransferOptions options, InsertProgress progress)
{
    private ReadOnlyMemory<byte> _next;
    private long _total;
    private bool _ended;

    /// <summary>Whether nothing follows the chunk read last.</summary>
    public bool Ended => _next.IsEmpty;

    /// <summary>Reads the first chunk, which alone may be empty.</summary>
    public async Task<MemoryContent> FirstAsync(CancellationToken cancellation)
    {
        _next = await ReadAsync(cancellation).ConfigureAwait(false);
        return await NextAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads the next chunk; not to be called once <see cref="Ended"/>.</summary>
    public async Task<MemoryContent> NextAsync(CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> chunk = _next;
        _next = _ended ? default : await ReadAsync(cancellation).ConfigureAwait(false);
        return new MemoryContent(chunk);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        long announced = file.DeclaredLength < 0 ? long.MaxValue : file.DeclaredLength - _total;
        // At the announced end one byte more is tried for: content that goes on was announced wrongly.
        int wanted = announced == 0 ? 1 : (int)Math.Min(options.ChunkSizeBytes, announced);
        // The bytes are handed on and never pooled: a slow holder may still be sent them when the insert is long answered.
        byte[] buffer = GC.AllocateUninitializedArray<byte>(wanted);
        int length = await source.ReadAtLeastAsync(buffer, wanted, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        _total += length;
        _ended = length < wanted;
        Check();
        progress.Received(length);
        // Keeping a whole chunk alive for a few bytes would cost more than copying them.
        return length > wanted / 2 ? buffer.AsMemory(0, length) : buffer.AsSpan(0, length).ToArray();
    }

    private void Check()
    {
        if (_total > options.FileSizeMaxBytes)
            throw new RequestFailedException(FailureCode.Invalid, $"the file is larger than the {options.FileSizeMaxBytes} bytes that this node accepts");
        if (file.DeclaredLength < 0 || (_total <= file.DeclaredLength && !(_ended && _total < file.DeclaredLength))) return;
        throw new RequestFailedException(FailureCode.Invalid, $"{file.DeclaredLength} bytes were announced, {(_ended ? "" : "at least ")}{_total} came");
    }
}
