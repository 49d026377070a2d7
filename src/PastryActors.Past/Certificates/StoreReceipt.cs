using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>A holder's signed statement that an object is on its durable disk (SOSP 2001, section 2.2).</summary>
/// <param name="Object">The object.</param>
/// <param name="ContentHash">Of the bytes that it holds.</param>
/// <param name="Holder">The public key of the holder (SubjectPublicKeyInfo, DER); its nodeId is the hash of it.</param>
/// <param name="Diverted">Whether another node of its leaf set holds the replica for it.</param>
/// <param name="Signature">The holder's, over all other fields.</param>
public sealed record StoreReceipt(FileId Object, Hash256 ContentHash, Blob Holder, bool Diverted, BatchSignature Signature)
{
    /// <summary>The nodeId of the holder.</summary>
    public RingId HolderId => NodeIdentity.NodeIdOf(Holder.Span);
}
