using PastryActors.Store.Files;
using PastryActors.Store.Format;
using PastryActors.Store.Index;

namespace PastryActors.Store.Reading;

/// <summary>A whole record, read and found to match its checksums.</summary>
/// <param name="Content">Null for a record without content, or if it was not asked for.</param>
internal readonly record struct WholeRecord(RecordHeader Header, byte[] Meta, byte[]? Content);

/// <summary>
/// Reads single records, each byte checked. Keeps a scratch buffer between reads: one reader a thread.
/// </summary>
internal sealed class RecordReader
{
    // Up to this much comes in one call and is copied out; above it, the content comes straight into its own array by a second.
    private const int OneReadBytes = 16 << 10;

    // How much is checked at a time when nothing is kept.
    private const int CheckBytes = 128 << 10;

    private byte[] _scratch = new byte[OneReadBytes];

    /// <summary>
    /// Reads the record that the entry points to; false if it is not there as it was written.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryRead(IVolumeFile file, ulong marker, in IndexEntry entry, bool metaOnly, out WholeRecord record) =>
        TryRead(file, marker, entry.Offset, entry.MetaLength, entry.ContentLength, metaOnly, out record) && record.Header.Object == entry.Object;

    /// <summary>As the other, with the lengths that a header told.</summary>
    public bool TryRead(IVolumeFile file, ulong marker, long offset, int metaLength, int contentLength, bool metaOnly, out WholeRecord record)
    {
        record = default;
        int front = RecordHeader.SizeBytes + metaLength;
        bool atOnce = !metaOnly && front + contentLength <= OneReadBytes;
        Span<byte> scratch = Scratch(atOnce ? front + contentLength : front);
        if (file.Read(scratch, offset) < scratch.Length) return false;
        if (!RecordHeader.TryRead(scratch, marker, out RecordHeader header) || header.MetaLength != metaLength || header.ContentLength != contentLength) return false;
        ReadOnlySpan<byte> meta = scratch[RecordHeader.SizeBytes..front];
        if (Crc32C.Of(meta) != header.MetaCrc) return false;
        byte[]? content = null;
        if (header.Kind == RecordKind.Object && !metaOnly && !TryContent(file, header, offset + front, atOnce ? scratch[front..] : default, out content)) return false;
        record = new WholeRecord(header, meta.ToArray(), content);
        return true;
    }

    /// <summary>As reading it whole, but only to know whether it is as it was written: nothing is kept.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool IsIntact(IVolumeFile file, ulong marker, in IndexEntry entry)
    {
        if (!TryRead(file, marker, entry, metaOnly: true, out WholeRecord record)) return false;
        long offset = entry.Offset + RecordHeader.SizeBytes + entry.MetaLength;
        uint crc = 0;
        for (int left = entry.ContentLength; left > 0;)
        {
            Span<byte> part = Scratch(Math.Min(left, CheckBytes));
            if (file.Read(part, offset) < part.Length) return false;
            crc = Crc32C.Append(crc, part);
            left -= part.Length;
            offset += part.Length;
        }

        return crc == record.Header.ContentCrc;
    }

    private static bool TryContent(IVolumeFile file, in RecordHeader header, long offset, ReadOnlySpan<byte> read, out byte[] content)
    {
        content = GC.AllocateUninitializedArray<byte>(header.ContentLength);
        if (read.Length == content.Length) read.CopyTo(content);
        else if (file.Read(content, offset) < content.Length) return false;
        return Crc32C.Of(content) == header.ContentCrc;
    }

    private Span<byte> Scratch(int count)
    {
        if (_scratch.Length < count) _scratch = new byte[count];
        return _scratch.AsSpan(0, count);
    }
}
