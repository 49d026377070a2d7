using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PastryActors.Store.Files;
using PastryActors.Store.Format;

namespace PastryActors.Store.Volumes;

/// <summary>A record as a scan found it: header and meta looked at, content not.</summary>
internal readonly record struct ScannedRecord(RecordHeader Header, long Offset, bool MetaIntact)
{
    public long End => Offset + Header.RecordLength;
}

/// <summary>
/// Walks the records of a volume in order. Where no record begins though one should, it searches for the next one, so that rot
/// costs what it hit and not what follows.
/// </summary>
internal sealed class VolumeScanner(IVolumeFile file, VolumeName name, long length)
{
    private const int SearchBytes = 64 << 10;

    private readonly ScanWindow _window = new(file, length);
    private long _expected = VolumeHeader.SizeBytes;
    private ulong _lastSequence;
    private uint _lastGroupStart;

    /// <summary>End of the last record found.</summary>
    public long End => _expected;

    /// <summary>Bytes before <see cref="End"/> in which no record was found.</summary>
    public long RottenBytes { get; private set; }

    /// <summary>Bytes that the disk refused to give.</summary>
    public long UnreadableBytes => _window.UnreadableBytes;

    /// <summary>Whether the volume's own header is whole.</summary>
    public bool HasHeader => length >= VolumeHeader.SizeBytes && VolumeHeader.Matches(_window.From(0, VolumeHeader.SizeBytes)[..VolumeHeader.SizeBytes], name);

    /// <summary>Steps to the next record; false at the end.</summary>
    public bool Next(out ScannedRecord record)
    {
        for (long position = _expected; position + RecordHeader.SizeBytes <= length; position = Search(position + RecordHeader.AlignmentBytes))
        {
            if (!TryRecordAt(position, out record)) continue;
            RottenBytes += position - _expected;
            _expected = record.End;
            _lastSequence = record.Header.Sequence;
            _lastGroupStart = record.Header.GroupStart;
            return true;
        }

        record = default;
        return false;
    }

    private bool TryRecordAt(long position, out ScannedRecord record)
    {
        record = default;
        if (!RecordHeader.TryRead(_window.From(position, RecordHeader.SizeBytes), name.Marker, out RecordHeader header)) return false;

        // A record that is older than one before it is a leftover of a group that failed and was written over.
        if (header.Sequence <= _lastSequence || header.GroupStart < _lastGroupStart || header.GroupStart > position) return false;
        if (header.RecordLength > length - position) return false;
        ReadOnlySpan<byte> meta = _window.From(position, RecordHeader.SizeBytes + header.MetaLength).Slice(RecordHeader.SizeBytes, header.MetaLength);
        record = new ScannedRecord(header, position, Crc32C.Of(meta) == header.MetaCrc);
        return true;
    }

    /// <summary>The next offset, from <paramref name="position"/> on, at which the marker stands; the volume's length if there is none.</summary>
    private long Search(long position)
    {
        ulong marker = BitConverter.IsLittleEndian ? name.Marker : BinaryPrimitives.ReverseEndianness(name.Marker);
        while (position + RecordHeader.SizeBytes <= length)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(_window.From(position, SearchBytes));
            int found = words.IndexOf(marker);
            if (found >= 0) return position + ((long)found * sizeof(ulong));
            position += (long)words.Length * sizeof(ulong);
        }

        return length;
    }
}
