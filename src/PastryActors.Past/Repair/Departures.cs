using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Repair;

/// <summary>
/// What a node does for a neighbour that is about to leave: counts it out, finds another place for what it holds for this one, and compares with the others soon, as
/// after a failure. In: questions of one that leaves. Out: a refusal where this node leaves as well, and so is no place for anything.
/// </summary>
internal sealed class Departures(PastContext context, PointerKeeper pointers, SyncScheduler scheduler)
{
    /// <summary>Whether a question is to be answered like any other.</summary>
    public bool Admit(HoldQuery query, NodeHandle from)
    {
        if (!query.Leaving) return true;
        if (context.Leaving.Note(from))
        {
            pointers.PeerFailed(from.Id);
            scheduler.Soon();
        }

        if (!context.Leaving.IsSelf) return true;
        context.Refuse(from, query.Operation, RefusalCode.NotResponsible, "this node leaves as well");
        return false;
    }
}
