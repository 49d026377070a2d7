namespace PastryActors.Core.Ring;

/// <summary>
/// A node as others know it. The id is the identity (the hash of the node's public key); the address is a hint of where it was
/// last seen, meant for the engine alone and opaque to the core.
/// </summary>
/// <param name="Id">The nodeId.</param>
/// <param name="Address">Where the engine reaches it (for Tcp, host:port). Opaque here.</param>
/// <param name="Incarnation">How often the node has started: the handle with the higher number is the newer truth about the same id.</param>
public sealed record NodeHandle(RingId Id, string Address, uint Incarnation)
{
    /// <summary>Longest address that the wire takes, in bytes of UTF-8: twice the longest host name, so that tables full of strangers' addresses stay small.</summary>
    public const int AddressBytesMax = 512;

    /// <summary>Whether this handle says something newer about the same node than <paramref name="other"/> does.</summary>
    public bool Supersedes(NodeHandle other) => Id == other.Id && Incarnation > other.Incarnation;

    public override string ToString() => $"{Id}@{Address}#{Incarnation}";
}
