using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>
/// One comparison with one peer, led by this node: a stack of arcs still to be compared, one question at a time. Equal arcs cost
/// two small messages; where they differ the arc is cut until lists can be compared. What the peer has and this node lacks is
/// learnt, what the peer lacks it is told.
/// </summary>
internal sealed class SyncSession(PastContext context, SyncScheduler scheduler, RepairQueue repairs, NodeHandle peer) : Operation(context)
{
    // Depth times fan-out of any honest comparison; a peer that keeps answering otherwise is left alone.
    private const int QuestionsMax = 4096;

    private readonly Stack<Arc> _arcs = [];
    private readonly ulong _seed = context.Host.Random.NextUInt64();
    private Arc _asked;
    private int _questions;

    public NodeHandle Peer => peer;

    /// <summary>Whether anything was found to differ.</summary>
    public bool FoundDifference { get; private set; }

    public void Begin()
    {
        int replicas = Math.Clamp(Context.Catalog.ReplicasMax, Context.Options.Replicas, Context.ReplicasMax);
        if (Shared()?.Hull(replicas) is { } hull) _arcs.Push(hull);
        AskNext();
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (message.Source.Id != peer.Id) return;
        if (answer is not SyncAnswer sync)
        {
            End(complete: false);
            return;
        }

        if (sync.Verdict != SyncVerdict.Same) FoundDifference = true;
        if (sync.Verdict == SyncVerdict.Parts) Descend(sync.Parts);
        else if (sync.Verdict == SyncVerdict.List) Compare(sync);
        if (IsOpen) AskNext();
    }

    /// <inheritdoc/>
    public override void Woke() => End(complete: false);

    /// <inheritdoc/>
    public override void PeerFailed(RingId failed)
    {
        if (failed == peer.Id) End(complete: false);
    }

    private SharedRange? Shared()
    {
        Responsibility responsibility = Context.Responsibility;
        return responsibility.ArcsOf(peer.Id) is { } arcs ? new SharedRange(Context.Catalog, responsibility, arcs) : null;
    }

    private void AskNext()
    {
        if (Shared() is not { } shared || ++_questions > QuestionsMax)
        {
            End(complete: false);
        }
        else if (!repairs.HasRoom)
        {
            repairs.Overflowed();
            End(complete: false);
        }
        else if (!_arcs.TryPop(out _asked))
        {
            End(complete: true);
        }
        else
        {
            SyncDigest own = shared.DigestOf(_asked, _seed);
            Context.Host.Send(new SyncAsk(Id, _asked.From, new RingId(_asked.Length), _seed, own.Count, own.Sum), peer);
            WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        }
    }

    private void Descend(Blob digests)
    {
        List<Arc> parts = _asked.Cut(SharedRange.PartsMax);
        if (digests.Length != parts.Count * SyncDigest.SizeBytes || Shared() is not { } shared)
        {
            Blame(peer);
            End(complete: false);
            return;
        }

        for (int i = parts.Count - 1; i >= 0; i--)
        {
            if (shared.DigestOf(parts[i], _seed) != SyncDigest.ReadFrom(digests.Span[(i * SyncDigest.SizeBytes)..])) _arcs.Push(parts[i]);
        }
    }

    private void Compare(SyncAnswer sync)
    {
        if (!_asked.Contains(sync.Through) || Shared() is not { } shared)
        {
            Blame(peer);
            End(complete: false);
            return;
        }

        List<SyncEntry> theirs = SyncEntry.Unpack(sync.Entries);
        foreach (SyncEntry entry in theirs) repairs.Learn(entry, peer);
        var listed = new Arc(_asked.From, _asked.From.ClockwiseTo(sync.Through));
        Tell(shared, listed, theirs);
        if (_asked.After(sync.Through) is { } rest) _arcs.Push(rest);
    }

    private void Tell(SharedRange shared, Arc listed, List<SyncEntry> theirs)
    {
        Dictionary<FileId, bool> has = new(theirs.Count);
        foreach (SyncEntry entry in theirs) has[entry.Object] = entry.IsTombstone;
        List<SyncEntry> lacking = [];
        bool more = false;
        foreach (CatalogEntry entry in shared.In(listed))
        {
            // A tombstone here against an object there is news; an object here against a tombstone there is what this node just learnt.
            if (has.TryGetValue(entry.Object, out bool buried) && (buried || !entry.IsTombstone)) continue;
            more = lacking.Count == SyncEntry.EntriesMax;
            if (more) break;
            lacking.Add(SyncEntry.Of(entry));
        }

        if (lacking.Count > 0) Context.Host.Send(new SyncTell(0, SyncEntry.Pack(lacking), more), peer);
    }

    private void End(bool complete)
    {
        if (!IsOpen) return;
        Close();
        scheduler.Ended(this, complete);
    }
}
