using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.History;

/// <summary>
/// Bring a part of a topic's history to where it outlives every node. Scribe does not know what that is: whoever drives the core does (a
/// host with PAST inserts a file). Answered by <see cref="SegmentArchived"/>.
/// </summary>
/// <param name="Name">A name that no other part has.</param>
/// <param name="Content">The bytes.</param>
public sealed record ArchiveSegment(long Id, string Name, Blob Content) : Work(Id);

/// <summary>The part is durable, under that id; or it could not be stored, and the id is null.</summary>
/// <param name="UnixSeconds">The clock of the node that stored it.</param>
public sealed record SegmentArchived(long Id, FileId? Object, ulong UnixSeconds) : WorkResult(Id);

/// <summary>Read a part of a topic's history. Answered by <see cref="SegmentFetched"/>.</summary>
/// <param name="Hash">SHA-256 of the bytes wanted: others are as good as none.</param>
public sealed record FetchSegment(long Id, FileId Object, Hash256 Hash) : Work(Id);

/// <summary>The bytes of the part, checked; empty if they cannot be had now.</summary>
public sealed record SegmentFetched(long Id, Blob Content) : WorkResult(Id);

/// <summary>Give up a part of a topic's history that is no longer retained. Best effort; no answer is waited for. Answered by <see cref="SegmentDropped"/>.</summary>
public sealed record DropSegment(long Id, FileId Object) : Work(Id);

/// <summary>The part is given up, or nobody could do it.</summary>
public sealed record SegmentDropped(long Id) : WorkResult(Id);
