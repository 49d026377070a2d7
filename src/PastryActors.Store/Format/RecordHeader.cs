using System.Buffers.Binary;
using PastryActors.Core.Ring;

namespace PastryActors.Store.Format;

/// <summary>The 72 bytes before every record's meta and content; docs/store-format.md names them one by one.</summary>
internal readonly record struct RecordHeader
{
    /// <summary>Size of a header in bytes.</summary>
    public const int SizeBytes = 72;

    /// <summary>Records begin at multiples of this, so that a search for the next one after rot takes steps of a word.</summary>
    public const int AlignmentBytes = 8;

    private const byte Version = 1;
    private const int CrcOffset = SizeBytes - sizeof(uint);

    public required RecordKind Kind { get; init; }

    /// <summary>Grows with every record of the store, across volumes: of two records of one object the higher is the truth.</summary>
    public required ulong Sequence { get; init; }

    public required ulong Tag { get; init; }

    public required FileId Object { get; init; }

    public required int MetaLength { get; init; }

    public required int ContentLength { get; init; }

    public required uint MetaCrc { get; init; }

    public required uint ContentCrc { get; init; }

    /// <summary>Offset in the volume at which this record's group begins: everything before was durable when the group was written.</summary>
    public required uint GroupStart { get; init; }

    /// <summary>Bytes that the whole record takes, padding included.</summary>
    public long RecordLength => RecordLengthOf(MetaLength, ContentLength);

    /// <summary>Whether the record puts an entry into the index.</summary>
    public bool IsEntry => Kind is RecordKind.Object or RecordKind.BareObject or RecordKind.Tombstone;

    public static long RecordLengthOf(long metaLength, long contentLength) =>
        (SizeBytes + metaLength + contentLength + AlignmentBytes - 1) & ~(AlignmentBytes - 1L);

    /// <summary>Writes the header for a volume of that marker.</summary>
    public void WriteTo(Span<byte> destination, ulong marker)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, marker);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Tag);
        destination[24] = (byte)Kind;
        destination[25] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[26..], 0);
        Object.WriteTo(destination[28..]);
        BinaryPrimitives.WriteInt32LittleEndian(destination[48..], MetaLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[52..], ContentLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[56..], MetaCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], ContentCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], GroupStart);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc32C.Of(destination[..CrcOffset]));
    }

    /// <summary>Reads a header of a volume of that marker; false for anything that the store did not write there itself.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ulong marker, out RecordHeader header)
    {
        header = default;
        if (source.Length < SizeBytes || BinaryPrimitives.ReadUInt64LittleEndian(source) != marker) return false;
        if (Crc32C.Of(source[..CrcOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(source[CrcOffset..])) return false;
        header = new RecordHeader
        {
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            Tag = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            Kind = (RecordKind)source[24],
            Object = FileId.FromBytes(source[28..]),
            MetaLength = BinaryPrimitives.ReadInt32LittleEndian(source[48..]),
            ContentLength = BinaryPrimitives.ReadInt32LittleEndian(source[52..]),
            MetaCrc = BinaryPrimitives.ReadUInt32LittleEndian(source[56..]),
            ContentCrc = BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
            GroupStart = BinaryPrimitives.ReadUInt32LittleEndian(source[64..]),
        };
        return source[25] == Version && header.Kind is >= RecordKind.Object and <= RecordKind.Mark && header.MetaLength >= 0 && header.ContentLength >= 0;
    }
}
