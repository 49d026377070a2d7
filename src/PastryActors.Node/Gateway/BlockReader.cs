namespace PastryActors.Node.Gateway;

/// <summary>
/// Cuts what comes in into blocks: full ones where it comes fast, and where it comes slowly whatever has waited for the longest time that a block
/// may. One read is open at a time; what it brings after a block was given goes into the next.
/// </summary>
/// <param name="waitMax">How long a byte waits for others to fill its block.</param>
internal sealed class BlockReader(Stream input, int blockBytes, TimeSpan waitMax, TimeProvider time)
{
    private byte[] _buffer = new byte[blockBytes];
    private int _given;
    private int _filled;
    private Task<int>? _reading;

    /// <summary>The next block; null at the end.</summary>
    public async Task<byte[]?> NextAsync(CancellationToken cancellation)
    {
        Task? waited = null;
        while (_filled < blockBytes)
        {
            _reading ??= input.ReadAsync(_buffer.AsMemory(_filled), cancellation).AsTask();
            if (_filled > _given)
            {
                waited ??= Task.Delay(waitMax, time, cancellation);
                if (await Task.WhenAny(_reading, waited).ConfigureAwait(false) == waited) break;
            }

            int read = await _reading.ConfigureAwait(false);
            _reading = null;
            if (read == 0) break;
            _filled += read;
        }

        return Give();
    }

    private byte[]? Give()
    {
        if (_filled == _given) return null;
        byte[] block = _buffer[_given.._filled];
        _given = _filled;
        // A read that is open goes on in this buffer, behind what was given.
        if (_reading is null) (_buffer, _given, _filled) = (new byte[blockBytes], 0, 0);
        return block;
    }
}
