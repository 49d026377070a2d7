using Google.Protobuf;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Tests.Wire;

/// <summary>Translates values that every layer writes into those of Google's classes.</summary>
internal static class SchemaValues
{
    public static Schema::Node NodeOf(NodeHandle node) => new() { Id = Bytes(node.Id), Address = node.Address, Incarnation = node.Incarnation };

    public static ByteString Bytes(RingId id)
    {
        byte[] bytes = new byte[RingId.SizeBytes];
        id.WriteTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public static ByteString Bytes(FileId id)
    {
        byte[] bytes = new byte[FileId.SizeBytes];
        id.WriteTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public static ByteString Bytes(Hash256 hash)
    {
        byte[] bytes = new byte[Hash256.SizeBytes];
        hash.WriteTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public static ByteString Bytes(Blob blob) => ByteString.CopyFrom(blob.Span);
}
