using PastryActors.Core.Coding;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>What to insert, all but the content.</summary>
/// <param name="Name">1 to 1024 bytes of UTF-8.</param>
/// <param name="ContentType">Media type, or empty.</param>
/// <param name="Replicas">The paper's k.</param>
/// <param name="DeclaredLength">Length in bytes as announced; -1 if it was not. Content of another length is refused.</param>
/// <param name="Salt">A salt of the caller's; null for the one that follows from the content.</param>
/// <param name="AcceptExisting">Whether a file that this owner inserted before, with this very content, is a success and not a conflict.</param>
/// <param name="FirstAttempt">Number of the first salt to try: callers that can send the content again continue here after "full".</param>
public sealed record InsertFile(string Name, string ContentType, int Replicas, long DeclaredLength, Blob? Salt = null, int FirstAttempt = 0, bool AcceptExisting = false)
{
    /// <summary>When the content was last changed, in Unix milliseconds; 0 is not kept.</summary>
    public long ModifiedUnixMilliseconds { get; init; }

    /// <summary>Unix permission bits; 0 is not kept.</summary>
    public int Mode { get; init; }

    /// <summary>How the chunks of a file of more than one are coded; none: each is kept k times.</summary>
    public StripeCode Code { get; init; }
}

/// <summary>A file whose every part is durable on k nodes.</summary>
/// <param name="Receipts">Those of the file's own object.</param>
/// <param name="Salts">The salts tried; the last is the file's.</param>
/// <param name="AlreadyHeld">How many of the k held the file's own object before.</param>
/// <param name="ContentHash">What names the content, wherever its chunks lie.</param>
public sealed record FileInserted(ObjectCertificate Certificate, ValueList<StoreReceipt> Receipts, IReadOnlyList<Blob> Salts, int AlreadyHeld, Hash256 ContentHash)
{
    /// <summary>The fileId.</summary>
    public FileId File => Certificate.File;
}

/// <summary>How far an insert is.</summary>
public sealed class InsertProgress
{
    private long _received;
    private long _durable;

    /// <summary>Bytes of the file taken in.</summary>
    public long ReceivedBytes => Volatile.Read(ref _received);

    /// <summary>Bytes of the file that are on the durable disks of k nodes.</summary>
    public long DurableBytes => Volatile.Read(ref _durable);

    internal void Received(int bytes) => Interlocked.Add(ref _received, bytes);

    internal void Durable(int bytes) => Interlocked.Add(ref _durable, bytes);
}
