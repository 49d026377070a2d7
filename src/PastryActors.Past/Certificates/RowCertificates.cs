using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Trees;

namespace PastryActors.Past.Certificates;

/// <summary>
/// Certificates of a coded file's chunks, made from the file's tree node alone: the owner signed all of them at once, as a batch, and left that one signature, the seal, in the node. So whoever has the node can make a lost
/// chunk again, certificate and all, when its owner is long gone. They have no time of creation. Pure.
/// </summary>
public sealed class RowCertificates
{
    /// <summary>How often a coded chunk is kept: once. What it would be kept again for is what parity is for.</summary>
    public const int Replicas = 1;

    private static readonly BatchSignature NoSignature = new(default, 0, default);

    private readonly HashTreeNode _top;
    private readonly FileId _file;
    private readonly Blob _owner;
    private readonly MerkleBatch _batch;

    /// <summary>Those of the chunks that <paramref name="top"/> names, of which there are at least three.</summary>
    public RowCertificates(HashTreeNode top, FileId file, Blob owner)
    {
        (_top, _file, _owner) = (top, file, owner);
        _batch = new MerkleBatch([.. top.Rows().Select(row => CertificateCodec.DigestOf(Unsigned(row)))]);
    }

    /// <summary>What the owner signs for the seal.</summary>
    public Hash256 Root => _batch.Root;

    /// <summary>The certificate of a chunk, which is good if the seal is.</summary>
    public ObjectCertificate Of(TreeChild row) => Unsigned(row) with { Signature = _batch.SignatureOf(row.Index, _top.Seal.ToArray()) };

    /// <summary>Writes the seal into the bytes of the node.</summary>
    public static void WriteSeal(Span<byte> top, Blob seal) => HashTreeNode.WriteSeal(top, seal.Span);

    private ObjectCertificate Unsigned(TreeChild row) =>
        new(ObjectKind.Chunk, _file, "", _owner, row.Hash, (int)row.Size, row.Size, Replicas, row.Place.ToSalt(), 0, "", NoSignature);
}
