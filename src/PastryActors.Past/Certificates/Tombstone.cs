namespace PastryActors.Past.Certificates;

/// <summary>
/// Proof that an object was reclaimed by its owner, kept in the object's place so that nothing brings it back. It proves itself to
/// a node that never had the object: the certificate's fields give the object's id, the id contains the owner, and the owner signed
/// the reclaim.
/// </summary>
/// <param name="Certificate">Of the object that was released.</param>
/// <param name="Reclaim">The owner's wish.</param>
public sealed record Tombstone(ObjectCertificate Certificate, ReclaimCertificate Reclaim);
