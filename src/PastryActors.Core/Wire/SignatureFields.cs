using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Wire;

/// <summary>Writes and reads the signatures that certificates carry (docs/protocol.md, signatures).</summary>
public static class SignatureFields
{
    /// <summary>Longest path that anyone accepts: 2^20 leaves are far beyond any batch, and bound the work that a forged signature can cause.</summary>
    public const int PathLengthMax = 20;

    /// <summary>Writes a signature as a nested message.</summary>
    public static void Signature(this WireWriter writer, int field, BatchSignature signature)
    {
        int mark = writer.Begin(field);
        writer.Bytes(1, signature.Value.Span);
        writer.Number(2, signature.LeafIndex);
        foreach (Hash256 sibling in signature.Path) writer.Hash(3, sibling);
        writer.End(mark);
    }

    /// <summary>Reads what <see cref="Signature(WireWriter, int, BatchSignature)"/> wrote.</summary>
    /// <exception cref="WireFormatException">It is no signature.</exception>
    public static BatchSignature Signature(this ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        Blob value = default;
        uint index = 0;
        List<Hash256> path = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: value = reader.Blob(); break;
                case 2: index = reader.UInt(); break;
                case 3 when path.Count < PathLengthMax: path.Add(reader.Hash()); break;
                case 3: throw new WireFormatException("a signature's path is too long");
                default: reader.Skip(); break;
            }
        }

        return new BatchSignature(value, index, path.ToValueList());
    }
}
