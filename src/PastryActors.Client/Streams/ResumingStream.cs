namespace PastryActors.Client;

/// <summary>
/// Content that goes on at another gateway, or at the same one again, where a connection broke. A file never changes, so the rest is the rest
/// of the same file wherever it comes from. Never a short end: what cannot be had is an <see cref="IOException"/>.
/// </summary>
/// <param name="body">From the beginning of what is wanted; closed with this stream.</param>
/// <param name="length">Bytes that are wanted.</param>
/// <param name="reopen">Opens what follows so many bytes.</param>
/// <param name="breaksMax">Breaks without a byte between them after which it is given up.</param>
internal sealed class ResumingStream(Stream body, long length, Func<long, CancellationToken, Task<Stream>> reopen, int breaksMax) : ReadOnlyStream
{
    private Stream? _body = body;
    private long _read;
    private int _breaks;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _read == length) return 0;
        while (true)
        {
            try
            {
                _body ??= await ReopenAsync(cancellationToken).ConfigureAwait(false);
                int count = await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0) throw new IOException($"the content ended at byte {_read} of {length}, before its time");
                (_read, _breaks) = (_read + count, 0);
                return count;
            }
            catch (IOException) when (_body is not null && ++_breaks < breaksMax)
            {
                _body.Dispose();
                _body = null;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _body?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<Stream> ReopenAsync(CancellationToken cancellation)
    {
        try
        {
            return await reopen(_read, cancellation).ConfigureAwait(false);
        }
        catch (PastryException refused)
        {
            throw new IOException($"the content broke off at byte {_read} of {length} and could not be taken up again: {refused.Message}", refused);
        }
    }
}
