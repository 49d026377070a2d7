using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Repair;

/// <summary>Answers peers that compare. Keeps nothing between two questions: whoever asks remembers where he is.</summary>
internal sealed class SyncResponder(PastContext context, RepairQueue repairs, SyncScheduler scheduler)
{
    /// <summary>As many objects are listed rather than digested: about 1.6 KiB.</summary>
    private const int ListMax = 64;

    public void Handle(SyncAsk ask, NodeHandle from)
    {
        Responsibility responsibility = context.Responsibility;
        if (responsibility.ArcsOf(from.Id) is not { } arcs || from.Id == context.Host.Self.Id)
        {
            context.Refuse(from, ask.Operation, RefusalCode.NotResponsible, "not in this node's leaf set");
            return;
        }

        context.Host.Send(Answer(ask, new SharedRange(context.Catalog, responsibility, arcs)), from);
    }

    public void Handle(SyncTell tell, NodeHandle from)
    {
        foreach (SyncEntry entry in SyncEntry.Unpack(tell.Entries)) repairs.Learn(entry, from);
        if (tell.More) scheduler.Soon(from);
    }

    private static SyncAnswer Answer(SyncAsk ask, SharedRange shared)
    {
        SyncDigest own = shared.DigestOf(ask.Arc, ask.Seed);
        if (own == new SyncDigest(ask.Count, ask.Digest)) return new SyncAnswer(ask.Operation, SyncVerdict.Same, default, default, default);

        // Where the asker has next to nothing, digests would only say so 64 times.
        bool list = own.Count <= ListMax || ask.Count <= own.Count / 8 || ask.Length.Value < SharedRange.PartsMax;
        if (!list) return new SyncAnswer(ask.Operation, SyncVerdict.Parts, shared.DigestsOf(ask.Arc.Cut(SharedRange.PartsMax), ask.Seed), default, default);
        (List<SyncEntry> entries, RingId through) = shared.List(ask.Arc);
        return new SyncAnswer(ask.Operation, SyncVerdict.List, default, SyncEntry.Pack(entries), through);
    }
}
