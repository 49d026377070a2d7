using System.Buffers.Binary;
using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Workers;

/// <summary>ECDSA P-256 with private keys that follow from the seed, so that ids are the same in every run. Keys are kept once made.</summary>
internal sealed class RealSignatures(ulong seed) : ISignatureScheme
{
    private readonly Dictionary<(SigningKey Key, int Index), ECDsa> _keys = [];

    public Blob PublicKey(SigningKey key, int index) => KeyOf(key, index).ExportSubjectPublicKeyInfo();

    public Blob Sign(SigningKey key, int index, Hash256 digest) => KeyOf(key, index).SignHash(BytesOf(digest));

    public bool IsGood(Blob publicKey, Hash256 digest, Blob signature)
    {
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey.Span, out int read);
            return read == publicKey.Length && key.VerifyHash(BytesOf(digest), signature.Span);
        }
        catch (CryptographicException)
        {
            // Bytes that are no key are a claim that does not hold.
            return false;
        }
    }

    private ECDsa KeyOf(SigningKey key, int index)
    {
        if (_keys.TryGetValue((key, index), out ECDsa? known)) return known;
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64BigEndian(secret.AsSpan(i), Mixing.Of(seed, ((ulong)key << 32) | (uint)index, (ulong)i));
        }

        // A private key must be from 1 to the order of the curve, which begins with 32 bits that are set.
        secret[0] &= 0x7F;
        secret[^1] |= 1;
        return _keys[(key, index)] = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
    }

    private static byte[] BytesOf(Hash256 digest)
    {
        byte[] bytes = new byte[Hash256.SizeBytes];
        digest.WriteTo(bytes);
        return bytes;
    }
}
