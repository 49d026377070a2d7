using System.Security.Cryptography;
using PastryActors.Akka.Wire;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Links;

/// <summary>
/// What each side of a handshake signs with its node's key: who it is and where, whom it means, and both sides' chance. So a proof is
/// worth nothing on another link, for another node, or a second time.
/// </summary>
internal static class LinkProof
{
    /// <summary>A fresh nonce.</summary>
    public static byte[] Nonce() => RandomNumberGenerator.GetBytes(LinkCodec.NonceBytes);

    /// <summary>What the node asked proves.</summary>
    public static byte[] OfAsked(NodeKey key, Hello hello, NodeHandle self, byte[] nonce) => key.Sign(Transcript("asked", hello, self, nonce));

    /// <summary>What the asker proves.</summary>
    public static byte[] OfAsker(NodeKey key, Hello hello, Challenge challenge) => key.Sign(Transcript("asker", hello, challenge.Node, challenge.Nonce));

    /// <summary>Whether the challenge is of the node that it names.</summary>
    public static bool Holds(Hello hello, Challenge challenge) =>
        NodeIdentity.NodeIdOf(challenge.PublicKey) == challenge.Node.Id
        && NodeKey.Verify(challenge.PublicKey, Transcript("asked", hello, challenge.Node, challenge.Nonce), challenge.Signature);

    /// <summary>Whether the proof is of the node that the greeting named.</summary>
    public static bool Holds(Hello hello, NodeHandle self, Proof proof) =>
        NodeIdentity.NodeIdOf(proof.PublicKey) == hello.Asker.Id
        && NodeKey.Verify(proof.PublicKey, Transcript("asker", hello, self, proof.Nonce), proof.Signature);

    private static byte[] Transcript(string role, Hello hello, NodeHandle asked, byte[] nonce)
    {
        var writer = new WireWriter(512);
        writer.Text(1, "pastry-akka-link-1");
        writer.Text(2, role);
        writer.Text(3, hello.Ring);
        writer.Node(4, hello.Asker);
        writer.Node(5, asked);
        writer.Bytes(6, hello.Nonce);
        writer.Bytes(7, nonce);
        return writer.Written.ToArray();
    }

    /// <summary>An actor's name that nobody can guess: to know it is to have been told.</summary>
    public static string SecretName() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
}
