using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>What lies on a node's disk in the place of an object that another node holds for it (SOSP 2001, section 3.3: the pointers from A and from C to B).</summary>
/// <param name="Certificate">Of the object.</param>
/// <param name="Holder">The node that holds it.</param>
public sealed record HolderPointer(ObjectCertificate Certificate, NodeHandle Holder);
