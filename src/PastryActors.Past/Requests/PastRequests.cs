using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Requests;

/// <summary>Insert one object (a whole small file, a chunk, or the top of a hash tree) with k replicas. Answered by <see cref="ObjectInserted"/>.</summary>
/// <param name="Certificate">Signed by the owner; names the object, its content's hash and k.</param>
/// <param name="Content">The bytes; their hash is the certificate's.</param>
/// <param name="OfferFirst">Ask the holders whether they have the object before sending the bytes: worth a round trip when an interrupted insert is taken up again.</param>
public sealed record InsertObject(long Id, TimeSpan Timeout, ObjectCertificate Certificate, ContentRef Content, bool OfferFirst) : Request(Id, Timeout);

/// <summary>The object is durable on k distinct authentic nodes.</summary>
/// <param name="Receipts">k verified receipts.</param>
/// <param name="AlreadyHeld">How many of the k held the very same object before this request.</param>
public sealed record ObjectInserted(long RequestId, ValueList<StoreReceipt> Receipts, int AlreadyHeld) : Reply(RequestId);

/// <summary>Look up one object. Answered by <see cref="ObjectFound"/>.</summary>
public sealed record LookupObject(long Id, TimeSpan Timeout, FileId Object) : Request(Id, Timeout);

/// <summary>The object, its content's hash checked against its certificate, and the certificate's signature and id checked.</summary>
public sealed record ObjectFound(long RequestId, ObjectCertificate Certificate, ContentRef Content, NodeHandle Holder, int Hops) : Reply(RequestId);

/// <summary>Release one object (a reclaim certificate of a file also covers the chunks of that file). Answered by <see cref="ObjectReclaimed"/>.</summary>
public sealed record ReclaimObject(long Id, TimeSpan Timeout, FileId Object, ReclaimCertificate Certificate) : Request(Id, Timeout);

/// <summary>The holders that could be reached have released the object, durably.</summary>
/// <param name="Released">How many held it and let it go.</param>
/// <param name="BytesReleased">Content bytes over all of them.</param>
/// <param name="Receipts">Their signed word for it, verified, and that of those who had released it before.</param>
/// <param name="IsCredited">Whether the owner's quota was credited at once; where not, and there is one, it will be when the ledger's keepers see that the object is gone.</param>
public sealed record ObjectReclaimed(long RequestId, int Released, long BytesReleased, ValueList<ReclaimReceipt> Receipts, bool IsCredited = false) : Reply(RequestId);

/// <summary>Ask how an owner's ledger stands. Answered by <see cref="LedgerReport"/>.</summary>
/// <param name="Owner">SHA-256 of the owner's public key.</param>
public sealed record QueryLedger(long Id, TimeSpan Timeout, Hash256 Owner) : Request(Id, Timeout);

/// <summary>How an owner's ledger stands.</summary>
/// <param name="UsedBytes">What its objects take: size times k.</param>
/// <param name="QuotaBytes">Most that they may.</param>
/// <param name="ExpiresUnixMilliseconds">When the quota ends; <see cref="long.MaxValue"/> for never.</param>
public sealed record LedgerReport(long RequestId, long UsedBytes, long QuotaBytes, long ExpiresUnixMilliseconds) : Reply(RequestId);

/// <summary>Have the keepers of an owner's ledger keep a grant of the broker's. Answered by <see cref="LedgerReport"/>.</summary>
/// <param name="Grant">Signed by the broker.</param>
public sealed record PublishGrant(long Id, TimeSpan Timeout, ObjectCertificate Grant) : Request(Id, Timeout);

/// <summary>Ask the nodes that should hold an object whether they do. Answered by <see cref="ObjectInspected"/>.</summary>
/// <param name="ReadBack">Make every holder read the object from its disk and check it against its certificate.</param>
public sealed record InspectObject(long Id, TimeSpan Timeout, FileId Object, bool ReadBack) : Request(Id, Timeout);

/// <summary>The store found an object of this node damaged and lists it no more. Answered by <see cref="DamageNoted"/>; the object is fetched again from another holder.</summary>
public sealed record ReportDamage(long Id, TimeSpan Timeout, FileId Object) : Request(Id, Timeout);

/// <summary>PAST no longer counts on the object here.</summary>
public sealed record DamageNoted(long RequestId) : Reply(RequestId);

/// <summary>Where an object is.</summary>
/// <param name="Certificate">The certificate of a holder, verified; null if nobody holds the object.</param>
/// <param name="Holders">What each of the nodes asked answered, closest first.</param>
public sealed record ObjectInspected(long RequestId, ObjectCertificate? Certificate, ValueList<HolderReport> Holders) : Reply(RequestId);

/// <summary>One node's answer about an object.</summary>
/// <param name="VerifiedAgo">How long ago, at most, it last read all of it and found it whole; null if it does not know.</param>
/// <param name="DivertedTo">The node that holds it in this one's place, for want of room.</param>
public sealed record HolderReport(NodeHandle Node, HolderState State, TimeSpan? VerifiedAgo = null, NodeHandle? DivertedTo = null);

/// <summary>What a node says that it has of an object.</summary>
public enum HolderState : byte
{
    /// <summary>It did not answer in time.</summary>
    Unreachable,

    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A pointer to a holder, from which it is about to fetch its replica.</summary>
    Pointer,

    /// <summary>A replica, in its index.</summary>
    Held,

    /// <summary>A replica, read from disk and checked just now.</summary>
    Verified,

    /// <summary>A replica that turned out to be damaged; it is being fetched again.</summary>
    Damaged,

    /// <summary>A note that the owner reclaimed it.</summary>
    Reclaimed,
}
