using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Upkeep;

namespace PastryActors.Store.Writing;

/// <summary>Make it durable that a damaged record is not the truth about its object any more.</summary>
/// <param name="Volume">Number of the volume that the record lies in.</param>
internal sealed record ForgetDamaged(FileId Object, uint Volume) : Work(0);

/// <summary>Compact a bounded stretch.</summary>
internal sealed record CompactionOrder(long BytesMax, TaskCompletionSource<CompactionStep> Done) : Work(0);
