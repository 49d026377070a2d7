using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>
/// A node's signed statement that an object is on its durable disk (SOSP 2001, section 2.2), or that a durable pointer there leads to
/// the node that holds it (section 3.3), whose own receipt then goes with this one.
/// </summary>
/// <param name="Object">The object.</param>
/// <param name="ContentHash">Of the bytes that it holds.</param>
/// <param name="Holder">The public key of the node that signs (SubjectPublicKeyInfo, DER); its nodeId is the hash of it.</param>
/// <param name="DivertedTo">The node that holds the replica for it; null if it does so itself.</param>
/// <param name="Signature">Of the node that signs, over all other fields.</param>
public sealed record StoreReceipt(FileId Object, Hash256 ContentHash, Blob Holder, RingId? DivertedTo, BatchSignature Signature)
{
    /// <summary>The nodeId of the node that signs.</summary>
    public RingId HolderId => NodeIdentity.NodeIdOf(Holder.Span);

    /// <summary>Whether another node holds the replica.</summary>
    public bool Diverted => DivertedTo is not null;
}
