using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Workers;

/// <summary>
/// Signatures that hold as long as nobody looks into the world's seed: a keyed hash of key and digest. A public key carries its own
/// proof that this world made it, so no register of keys is kept however many nodes there are.
/// </summary>
internal sealed class SimulatedSignatures(ulong seed) : ISignatureScheme
{
    private const int KeyBytes = 24;
    private const int SignatureBytes = 64;
    private readonly ulong _secret = Mixing.Of(seed, 0x5349474E);

    public Blob PublicKey(SigningKey key, int index)
    {
        byte[] bytes = new byte[KeyBytes];
        ulong name = ((ulong)key << 32) | (uint)index;
        BinaryPrimitives.WriteUInt64BigEndian(bytes, name);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), Mixing.Of(_secret, name, 1));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), Mixing.Of(_secret, name, 2));
        return bytes;
    }

    public Blob Sign(SigningKey key, int index, Hash256 digest)
    {
        byte[] signature = new byte[SignatureBytes];
        Fill(signature, ((ulong)key << 32) | (uint)index, digest);
        return signature;
    }

    public bool IsGood(Blob publicKey, Hash256 digest, Blob signature)
    {
        if (publicKey.Length != KeyBytes || signature.Length != SignatureBytes) return false;
        ulong name = BinaryPrimitives.ReadUInt64BigEndian(publicKey.Span);
        if (publicKey != PublicKey((SigningKey)(name >> 32), (int)(uint)name)) return false;
        Span<byte> expected = stackalloc byte[SignatureBytes];
        Fill(expected, name, digest);
        return signature.Span.SequenceEqual(expected);
    }

    private void Fill(Span<byte> signature, ulong name, Hash256 digest)
    {
        ulong state = Mixing.Of(_secret, name, 3);
        state = Mixing.Of(state, (ulong)digest.High, (ulong)(digest.High >> 64));
        state = Mixing.Of(state, (ulong)digest.Low, (ulong)(digest.Low >> 64));
        for (int i = 0; i < SignatureBytes; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64BigEndian(signature[i..], Mixing.Of(state, (ulong)i));
        }
    }
}
