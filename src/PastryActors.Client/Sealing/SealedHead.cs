using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace PastryActors.Client;

/// <summary>
/// The beginning of an encrypted file, from which the place of every segment follows. Layout: "PASTRYE1", bytes of a segment (4, big-endian),
/// bytes of the sealed description (4), the sealed description, then the segments, each sealed alone so that any range can be read alone.
/// A segment is bound to the whole head, its number and whether it is the last: none can be moved, left out, or taken from another file.
/// </summary>
internal sealed class SealedHead
{
    /// <summary>Room for any head; a first request for so many bytes brings it whole.</summary>
    public const int SizeBytesMax = FixedBytes + DescriptionBytesMax;

    /// <summary>Bytes of content in a segment: what a read of one byte costs at most, against 28 bytes each.</summary>
    public const int SegmentBytesDefault = 64 * 1024;

    private const int FixedBytes = 16;
    private const int DescriptionBytesMax = 16 * 1024;
    private const int SegmentBytesMax = 4 << 20;

    private readonly byte[] _binding;

    private SealedHead(byte[] bytes, int segmentBytes, FileMetadata description)
    {
        (Bytes, SegmentBytes, Description) = (bytes, segmentBytes, description);
        _binding = SHA256.HashData(bytes);
    }

    /// <summary>The head as it is stored.</summary>
    public byte[] Bytes { get; }

    public int SegmentBytes { get; }

    public FileMetadata Description { get; }

    private int BoxBytes => SegmentBytes + Sealer.OverheadBytes;

    /// <summary>The head of a new file.</summary>
    public static SealedHead Make(Sealer sealer, FileMetadata description, int segmentBytes = SegmentBytesDefault)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(description, PastryJson.Default.FileMetadata);
        int length = text.Length + Sealer.OverheadBytes;
        if (length > DescriptionBytesMax) throw new PastryException("invalid", "the file's name or media type is too long");
        byte[] bytes = new byte[FixedBytes + length];
        "PASTRYE1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), segmentBytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), length);
        sealer.Seal(PlaceOfDescription(bytes), text, bytes.AsSpan(FixedBytes));
        return new SealedHead(bytes, segmentBytes, description);
    }

    /// <summary>Reads the head of a file. Throws <see cref="PastryException"/>: not-encrypted, wrong-key, damaged.</summary>
    /// <param name="start">The first bytes of the file, at least the whole head.</param>
    public static SealedHead Read(Sealer sealer, ReadOnlySpan<byte> start)
    {
        if (start.Length < FixedBytes || !start.StartsWith("PASTRYE1"u8)) throw new PastryException("not-encrypted", "the file is not encrypted, or not as this program does it; get it without its key");
        int segment = BinaryPrimitives.ReadInt32BigEndian(start[8..]);
        int length = BinaryPrimitives.ReadInt32BigEndian(start[12..]);
        if (segment is < 1 or > SegmentBytesMax || length < Sealer.OverheadBytes || length > DescriptionBytesMax || start.Length < FixedBytes + length)
            throw Damaged("its head is none");
        byte[] text = new byte[length - Sealer.OverheadBytes];
        if (!sealer.TryOpen(PlaceOfDescription(start), start.Slice(FixedBytes, length), text)) throw new PastryException("wrong-key", "the key does not open this file");
        return new SealedHead(start[..(FixedBytes + length)].ToArray(), segment, Parse(text));
    }

    /// <summary>Bytes that a content of <paramref name="size"/> bytes takes, head and all.</summary>
    public long StoredSizeOf(long size) => Bytes.Length + size + (CountOf(size) * Sealer.OverheadBytes);

    /// <summary>Bytes of the content of a file that takes <paramref name="stored"/> bytes. Throws <see cref="PastryException"/> (damaged) if no content does, or another than was described.</summary>
    public long SizeOf(long stored)
    {
        long body = stored - Bytes.Length;
        long count = (body + BoxBytes - 1) / BoxBytes;
        long size = body - (count * Sealer.OverheadBytes);
        if (body < Sealer.OverheadBytes || StoredSizeOf(size) != stored || (Description.Size is { } said && said != size)) throw Damaged("it is not as long as it was made");
        return size;
    }

    /// <summary>Bytes of the content that lie in whole segments among the first bytes of what is stored.</summary>
    public long ContentWithin(long stored, long size) => stored >= StoredSizeOf(size) ? size : Math.Max(stored - Bytes.Length, 0) / BoxBytes * SegmentBytes;

    /// <summary>How many segments a content has; an empty one has one.</summary>
    public long CountOf(long size) => Math.Max((size + SegmentBytes - 1) / SegmentBytes, 1);

    /// <summary>Where a segment begins in what is stored.</summary>
    public long PlaceOf(long segment) => Bytes.Length + (segment * BoxBytes);

    /// <summary>What a segment is bound to.</summary>
    public byte[] BindingOf(long segment, bool last)
    {
        byte[] place = new byte[1 + _binding.Length + 9];
        place[0] = (byte)'S';
        _binding.CopyTo(place, 1);
        BinaryPrimitives.WriteInt64BigEndian(place.AsSpan(1 + _binding.Length), segment);
        place[^1] = last ? (byte)1 : (byte)0;
        return place;
    }

    internal static PastryException Damaged(string how) => new("damaged", $"the encrypted file is damaged: {how}");

    private static byte[] PlaceOfDescription(ReadOnlySpan<byte> start) => [(byte)'D', .. start[..FixedBytes]];

    private static FileMetadata Parse(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, PastryJson.Default.FileMetadata) ?? throw new JsonException("it is null");
        }
        catch (JsonException)
        {
            throw Damaged("its description cannot be read");
        }
    }
}
