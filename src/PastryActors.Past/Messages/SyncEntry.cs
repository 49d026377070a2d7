using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Holding;

namespace PastryActors.Past.Messages;

/// <summary>One object in a list of what a node has. 26 bytes: id (20), flags (1: tombstone), k (1), content length (4, big-endian).</summary>
public readonly record struct SyncEntry(FileId Object, bool IsTombstone, byte Replicas, int ContentLength)
{
    public const int SizeBytes = 26;

    /// <summary>Most entries in one message: about 6.5 KiB.</summary>
    public const int EntriesMax = 256;

    internal static SyncEntry Of(in CatalogEntry entry) => new(entry.Object, entry.IsTombstone, entry.Replicas, entry.ContentLength);

    internal static Blob Pack(IReadOnlyList<SyncEntry> entries)
    {
        var bytes = new byte[entries.Count * SizeBytes];
        for (int i = 0; i < entries.Count; i++) entries[i].WriteTo(bytes.AsSpan(i * SizeBytes));
        return bytes;
    }

    internal static List<SyncEntry> Unpack(Blob pack)
    {
        List<SyncEntry> entries = new(pack.Length / SizeBytes);
        for (int at = 0; at + SizeBytes <= pack.Length; at += SizeBytes) entries.Add(ReadFrom(pack.Span[at..]));
        return entries;
    }

    internal static Blob CheckedPack(Blob pack) => pack.Length % SizeBytes == 0 && pack.Length / SizeBytes <= EntriesMax
        ? pack
        : throw new WireFormatException($"a list of {pack.Length} bytes is not one of at most {EntriesMax} entries");

    private void WriteTo(Span<byte> bytes)
    {
        Object.WriteTo(bytes);
        bytes[20] = IsTombstone ? (byte)1 : (byte)0;
        bytes[21] = Replicas;
        BinaryPrimitives.WriteInt32BigEndian(bytes[22..], ContentLength);
    }

    private static SyncEntry ReadFrom(ReadOnlySpan<byte> bytes) =>
        new(FileId.FromBytes(bytes), (bytes[20] & 1) != 0, bytes[21], BinaryPrimitives.ReadInt32BigEndian(bytes[22..]));
}
