using System.Runtime.InteropServices;
using PastryActors.Core.Ring;
using PastryActors.Store.Format;

namespace PastryActors.Store.Index;

/// <summary>
/// Where an object lies, in 48 bytes: the fields are cut so that no padding is left, because a node holds millions of them.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IndexEntry
{
    private const int KindShift = 31;

    private readonly ulong _keyHigh;
    private readonly ulong _keyLow;
    private readonly uint _tail;
    private readonly uint _offsetUnits;
    private readonly int _contentLength;

    // Meta length in the low 31 bits; the top bit says tombstone. Object and bare object differ in the header only.
    private readonly uint _metaLengthAndKind;

    public IndexEntry(in RecordHeader header, uint volume, long offset)
    {
        _keyHigh = (ulong)(header.Object.Key.Value >> 64);
        _keyLow = (ulong)header.Object.Key.Value;
        _tail = header.Object.Tail;
        _offsetUnits = (uint)(offset / RecordHeader.AlignmentBytes);
        _contentLength = header.ContentLength;
        _metaLengthAndKind = (uint)header.MetaLength | (header.Kind == RecordKind.Tombstone ? 1u << KindShift : 0);
        Tag = header.Tag;
        Volume = volume;
    }

    public ulong Tag { get; }

    /// <summary>Number of the volume; 0 marks a free slot.</summary>
    public uint Volume { get; }

    /// <summary>The next slot of the same bucket, or of the free list; negative at the end. The table's own.</summary>
    public int Next;

    public readonly FileId Object => new(new RingId(new UInt128(_keyHigh, _keyLow)), _tail);

    public readonly long Offset => (long)_offsetUnits * RecordHeader.AlignmentBytes;

    public readonly int ContentLength => _contentLength;

    public readonly int MetaLength => (int)(_metaLengthAndKind & ~(1u << KindShift));

    public readonly bool IsTombstone => _metaLengthAndKind >> KindShift != 0;

    public readonly long RecordLength => RecordHeader.RecordLengthOf(MetaLength, _contentLength);

    public readonly bool Names(in FileId id) => _keyLow == (ulong)id.Key.Value && _tail == id.Tail && _keyHigh == (ulong)(id.Key.Value >> 64);

    /// <summary>Whether both stand for the same record.</summary>
    public readonly bool IsAt(uint volume, long offset) => Volume == volume && Offset == offset;
}
