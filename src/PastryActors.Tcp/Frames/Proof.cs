using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Tcp.Frames;

/// <summary>
/// What the two ends of one connection sign. Both greetings, with their nonces and the keys of both certificates, go into it, so a
/// signature is good for this connection alone: not for another time, not for another peer, and not for someone in between, whose
/// certificate would be another. The role keeps a peer from sending our own signature back to us.
/// </summary>
internal sealed class Proof
{
    private const byte DiallerRole = 0;
    private const byte AcceptorRole = 1;

    private readonly byte[] _transcript;
    private readonly byte _ownRole;

    private Proof(byte[] transcript, byte ownRole) => (_transcript, _ownRole) = (transcript, ownRole);

    /// <summary>The proof of a connection, from the bytes of the two greetings.</summary>
    public static Proof Of(ReadOnlySpan<byte> ownHello, ReadOnlySpan<byte> peerHello, bool dialled)
    {
        ReadOnlySpan<byte> first = dialled ? ownHello : peerHello;
        ReadOnlySpan<byte> second = dialled ? peerHello : ownHello;
        byte[] transcript = [.. SHA256.HashData(first), .. SHA256.HashData(second)];
        return new Proof(transcript, dialled ? DiallerRole : AcceptorRole);
    }

    public byte[] SignProcess(NodeKey key) => key.Sign(ProcessClaim(_ownRole));

    public bool VerifyProcess(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature) => NodeKey.Verify(publicKey, ProcessClaim(PeerRole), signature);

    public AnnouncedNode SignNode(int index, NodeHandle handle, NodeKey key) =>
        new(index, handle, key.PublicKey.ToArray(), key.Sign(NodeClaim(_ownRole, index, handle)));

    /// <summary>Whether the peer holds the key that the nodeId is made of, and says where it is with it.</summary>
    public bool VerifyNode(AnnouncedNode node) =>
        node.Handle.Id == NodeIdentity.NodeIdOf(node.PublicKey)
        && PeerAddress.TryParse(node.Handle.Address, out _, out _)
        && NodeKey.Verify(node.PublicKey, NodeClaim(PeerRole, node.Index, node.Handle), node.Signature);

    private byte PeerRole => (byte)(DiallerRole + AcceptorRole - _ownRole);

    private byte[] ProcessClaim(byte role) => [.. "PastryActors/1 process\0"u8, role, .. _transcript];

    private byte[] NodeClaim(byte role, int index, NodeHandle handle)
    {
        Span<byte> numbers = stackalloc byte[4 + RingId.SizeBytes + 4];
        BinaryPrimitives.WriteInt32BigEndian(numbers, index);
        handle.Id.WriteTo(numbers[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[(4 + RingId.SizeBytes)..], handle.Incarnation);
        return [.. "PastryActors/1 node\0"u8, role, .. _transcript, .. numbers, .. Encoding.UTF8.GetBytes(handle.Address)];
    }
}
