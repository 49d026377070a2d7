using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Certificates;

/// <summary>The owner's signed wish that a file, and with it every part of it, be released (SOSP 2001, section 2.2).</summary>
/// <param name="File">The fileId.</param>
/// <param name="Owner">The owner's public key, the same as in the file's certificate.</param>
/// <param name="CreatedUnixMilliseconds">The owner's clock when it signed; informative.</param>
/// <param name="Signature">The owner's, over all other fields.</param>
public sealed record ReclaimCertificate(FileId File, Blob Owner, long CreatedUnixMilliseconds, BatchSignature Signature);
