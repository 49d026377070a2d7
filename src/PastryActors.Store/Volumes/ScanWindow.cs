using PastryActors.Store.Files;

namespace PastryActors.Store.Volumes;

/// <summary>
/// A sliding view of a volume for a scan: long reads while records are small and lie side by side, short ones while each step jumps
/// over content that nobody looks at. What cannot be read shows as zeros, is counted, and costs only the pages concerned.
/// </summary>
internal sealed class ScanWindow(IVolumeFile file, long length)
{
    private const int LongReadBytes = 256 << 10;
    private const int PageBytes = 4 << 10;
    private const int JumpBytes = 64 << 10;

    private byte[] _buffer = new byte[LongReadBytes];
    private long _start;
    private int _filled;

    /// <summary>Bytes that the disk refused to give.</summary>
    public long UnreadableBytes { get; private set; }

    /// <summary>The bytes from <paramref name="offset"/>, at least <paramref name="count"/> unless the volume ends before.</summary>
    public ReadOnlySpan<byte> From(long offset, int count)
    {
        count = (int)Math.Min(count, length - offset);
        if (count <= 0) return default;
        if (offset < _start || offset + count > _start + _filled) Fill(offset, count);
        return _buffer.AsSpan((int)(offset - _start), _filled - (int)(offset - _start));
    }

    private void Fill(long offset, int count)
    {
        bool jumped = offset > _start + _filled + JumpBytes;
        int wanted = (int)Math.Min(Math.Max(count, jumped ? PageBytes : LongReadBytes), length - offset);
        if (wanted > _buffer.Length) _buffer = new byte[wanted];
        Span<byte> target = _buffer.AsSpan(0, wanted);
        (_start, _filled) = (offset, wanted);
        if (!TryRead(target, offset)) FillPageByPage(target, offset);
    }

    private void FillPageByPage(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            int step = (int)Math.Min(PageBytes - (offset % PageBytes), target.Length);
            if (!TryRead(target[..step], offset))
            {
                target[..step].Clear();
                UnreadableBytes += step;
            }

            target = target[step..];
            offset += step;
        }
    }

    private bool TryRead(Span<byte> target, long offset)
    {
        try
        {
            int read = file.Read(target, offset);
            target[read..].Clear();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
