using System.Security.Cryptography;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Micro.Operations;

/// <summary>One signature for 64 certificates: the tree over them and its root signed; and one of them verified with its path.</summary>
internal sealed class CertificateOperations : IDisposable
{
    public const int Certificates = 64;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Hash256[] _digests = [.. Enumerable.Range(0, Certificates).Select(static i => Hash256.Of([(byte)i]))];
    private readonly byte[] _rootSignature = new byte[64];
    private readonly BatchSignature _one;

    public CertificateOperations() => _one = SignBatch();

    /// <summary>Signs all of them; answers the signature of one.</summary>
    public BatchSignature SignBatch()
    {
        var batch = new MerkleBatch(_digests);
        Span<byte> root = stackalloc byte[Hash256.SizeBytes];
        batch.Root.WriteTo(root);
        _key.SignHash(root, _rootSignature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        BatchSignature last = batch.SignatureOf(0, _rootSignature);
        for (int i = 1; i < Certificates; i++) last = batch.SignatureOf(i, _rootSignature);
        return last;
    }

    /// <summary>Verifies one.</summary>
    public bool Verify()
    {
        Hash256 signed = MerkleBatch.RootOf(_digests[^1], _one) ?? throw new InvalidOperationException("an impossible path");
        Span<byte> root = stackalloc byte[Hash256.SizeBytes];
        signed.WriteTo(root);
        return _key.VerifyHash(root, _one.Value.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The path alone, as for all but the first of a batch whose root is known to be signed.</summary>
    public Hash256? FollowPath() => MerkleBatch.RootOf(_digests[^1], _one);

    public void Dispose() => _key.Dispose();
}
