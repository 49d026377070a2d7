namespace PastryActors.Client;

/// <summary>The bytes [from, to) of an encrypted file's content, opened segment by segment as they come. What was moved, cut off or changed is an exception in its place, never other bytes.</summary>
/// <param name="stored">What is stored, from the beginning of the first segment that is needed; closed with this stream.</param>
/// <param name="size">Bytes of the whole content.</param>
internal sealed class OpeningStream(Stream stored, Sealer sealer, SealedHead head, long size, long from, long to) : BlockStream
{
    private readonly byte[] _box = new byte[head.SegmentBytes + Sealer.OverheadBytes];
    private readonly byte[] _text = new byte[head.SegmentBytes];
    private readonly long _last = head.CountOf(size) - 1;
    private long _segment = from / head.SegmentBytes;

    protected override async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        long start = _segment * head.SegmentBytes;
        // An empty content has one segment, which is opened all the same: that it is empty is something that was sealed.
        if (_segment > _last || (start >= to && _segment > 0)) return null;
        int length = (int)Math.Min(size - start, head.SegmentBytes);
        Memory<byte> box = _box.AsMemory(0, length + Sealer.OverheadBytes);
        int came = await stored.ReadAtLeastAsync(box, box.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (came < box.Length) throw new IOException($"the content ended at byte {start + came}, before its time");
        if (!sealer.TryOpen(head.BindingOf(_segment, last: _segment == _last), box.Span, _text.AsSpan(0, length)))
            throw SealedHead.Damaged($"the segment of bytes {start} to {start + length} is not the one that was sealed there");
        _segment++;
        int skip = (int)Math.Max(from - start, 0);
        int end = (int)Math.Min(to - start, length);
        return end > skip ? _text.AsMemory(skip, end - skip) : null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stored.Dispose();
            sealer.Dispose();
        }

        base.Dispose(disposing);
    }
}
