namespace PastryActors.Core.Ring;

/// <summary>How identities come from keys, so that nobody chooses an id without grinding keys.</summary>
public static class NodeIdentity
{
    /// <summary>The nodeId of whoever holds the key: the first 128 bits of the SHA-256 of its SubjectPublicKeyInfo (DER).</summary>
    public static RingId NodeIdOf(ReadOnlySpan<byte> subjectPublicKeyInfo) => Hash256.Of(subjectPublicKeyInfo).Truncated;
}
