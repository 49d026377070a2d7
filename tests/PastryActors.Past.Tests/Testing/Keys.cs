using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Tests.Testing;

/// <summary>Keys of the tests: whoever knows the public key can sign, which is all that these tests need, and fast.</summary>
internal static class Keys
{
    public static readonly Blob Alice = Of("alice");
    public static readonly Blob Mallory = Of("mallory");

    public static Blob Of(string holder) => SHA512.HashData(System.Text.Encoding.UTF8.GetBytes(holder));

    public static BatchSignature Sign(Blob key, Hash256 digest) => new(SignatureOf(key, digest), 0, default);

    public static bool IsGood(SignatureClaim claim) =>
        MerkleBatch.RootOf(claim.Digest, claim.Signature) is { } root && claim.Signature.Value == SignatureOf(claim.PublicKey, root);

    private static Blob SignatureOf(Blob key, Hash256 digest)
    {
        byte[] preimage = new byte[key.Length + Hash256.SizeBytes];
        key.Span.CopyTo(preimage);
        digest.WriteTo(preimage.AsSpan(key.Length));
        return SHA512.HashData(preimage);
    }
}
