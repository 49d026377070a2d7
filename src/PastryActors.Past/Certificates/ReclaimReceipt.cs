using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>A node's signed statement that it released an object, durably, and will not take it again (SOSP 2001, section 2.2): whoever presents enough of them is credited.</summary>
/// <param name="Object">The object.</param>
/// <param name="Holder">The public key of the node that signs (SubjectPublicKeyInfo, DER); its nodeId is the hash of it.</param>
/// <param name="Signature">Of the node that signs, over all other fields.</param>
public sealed record ReclaimReceipt(FileId Object, Blob Holder, BatchSignature Signature)
{
    /// <summary>The nodeId of the node that signs.</summary>
    public RingId HolderId => NodeIdentity.NodeIdOf(Holder.Span);
}
