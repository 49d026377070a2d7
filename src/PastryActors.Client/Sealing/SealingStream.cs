namespace PastryActors.Client;

/// <summary>Content as an encrypted file: the head, then segment after segment, sealed as they are read. Can be begun anew where the content can.</summary>
internal sealed class SealingStream : BlockStream
{
    private readonly Stream _content;
    private readonly Sealer _sealer;
    private readonly SealedHead _head;
    private readonly byte[] _box;
    private readonly long _start;
    private byte[] _text;
    private byte[] _ahead;
    private int _length = -1;
    private long _segment;

    /// <param name="content">Read from where it stands; it stays the caller's.</param>
    /// <param name="sealer">Disposed of with this stream.</param>
    public SealingStream(Stream content, Sealer sealer, SealedHead head)
    {
        (_content, _sealer, _head) = (content, sealer, head);
        _start = content.CanSeek ? content.Position : 0;
        (_text, _ahead, _box) = (new byte[_head.SegmentBytes], new byte[_head.SegmentBytes], new byte[_head.SegmentBytes + Sealer.OverheadBytes]);
    }

    public override bool CanSeek => _content.CanSeek;

    public override long Length => _head.StoredSizeOf(_content.Length - _start);

    /// <summary>Only the beginning can be gone back to.</summary>
    public override long Position
    {
        get => _length < 0 ? 0 : throw new NotSupportedException();
        set
        {
            if (value != 0) throw new NotSupportedException();
            _content.Position = _start;
            (_length, _segment) = (-1, 0);
            Rewind();
        }
    }

    protected override async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        if (_length < 0)
        {
            _length = await FillAsync(_text, cancellation).ConfigureAwait(false);
            return _head.Bytes;
        }

        if (_segment < 0) return null;
        // One segment ahead: whether it is the last is sealed with it.
        int ahead = _length < _text.Length ? 0 : await FillAsync(_ahead, cancellation).ConfigureAwait(false);
        Memory<byte> box = _box.AsMemory(0, _length + Sealer.OverheadBytes);
        _sealer.Seal(_head.BindingOf(_segment, last: ahead == 0), _text.AsSpan(0, _length), box.Span);
        _segment = ahead == 0 ? -1 : _segment + 1;
        (_text, _ahead, _length) = (_ahead, _text, ahead);
        return box;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _sealer.Dispose();
        base.Dispose(disposing);
    }

    private ValueTask<int> FillAsync(byte[] buffer, CancellationToken cancellation) =>
        _content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
}
