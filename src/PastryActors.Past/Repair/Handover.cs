using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>
/// Hands over what this node holds before it leaves: tells the neighbours, who from then on count it out and fetch what they lack as after a failure, only that it is still there to
/// fetch from; and asks those that take its place about every entry until each of them holds it durably. The catalog is walked with a bounded number of entries awaited at a time, and
/// again for what came meanwhile, while nothing more is stored here. In: <see cref="HandOver"/>. Out: questions, what is left every other second, <see cref="HandedOver"/>.
/// </summary>
/// <param name="storing">Store requests being worked on here.</param>
internal sealed class Handover(PastContext context, RepairQueue repairs, Func<int> storing) : IHoldersAsked
{
    private const int RoundEntriesMax = 128;

    /// <summary>Entries that somebody is known to lack: a window of repair for every one of a leaf set, many times over.</summary>
    private const int LackingMax = 4096;

    /// <summary>Entries whose nodes have to be found first, in one round: each costs a route.</summary>
    private const int FarEntriesMax = 8;

    /// <summary>Before those who lack something are asked again: a few objects are fetched in that time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(2);

    private readonly Queue<FileId> _lacking = [];
    private Departure? _departure;
    private RingId? _cursor;
    private long _setBefore;
    private int _lap;
    private int _done;
    private int _unplaced;
    private int _running;
    private Instant _askAgainAt;
    private Instant _reportAt;

    /// <summary>Entries not handed over yet.</summary>
    private int Left => Math.Max(0, context.Catalog.Count - _done);

    /// <summary>Takes a request; false if it is not this one.</summary>
    public bool TryTake(Request request)
    {
        if (request is not HandOver order) return false;
        if (_departure is not null)
        {
            context.Host.Reply(new Failed(order.Id, FailureCode.Busy, "this node is handing over what it holds"));
            return true;
        }

        context.Leaving.Begin();
        _departure = new Departure(context, this, order);
        context.Operations.Open(_departure);
        _departure.Begin();
        return true;
    }

    /// <inheritdoc/>
    public void Answered(in CatalogEntry entry, bool confirmed, NodeHandle? pointedToBy)
    {
        if (confirmed) _done++;
        else _lacking.Enqueue(entry.Object);
    }

    /// <inheritdoc/>
    public void Buried(in CatalogEntry entry, NodeHandle holder) => repairs.Learn(SyncEntry.Of(entry) with { IsTombstone = true }, holder);

    /// <inheritdoc/>
    public void Refused(NodeHandle by) => context.Leaving.Note(by);

    /// <inheritdoc/>
    public void Found(in CatalogEntry entry, List<NodeHandle> nodes)
    {
        nodes.RemoveAll(n => context.Leaving.Contains(n.Id));
        List<SurplusItem> placed = [];
        Place(entry, nodes, placed);
        if (placed.Count > 0) Ask(placed);
    }

    /// <inheritdoc/>
    public void NotFound(in CatalogEntry entry) => _lacking.Enqueue(entry.Object);

    /// <inheritdoc/>
    public void Ended()
    {
        _running--;
        Step();
    }

    /// <summary>Goes on until something is being asked, or there is something to wait for. In a loop: where nobody else is left there is nothing to ask.</summary>
    private void Step()
    {
        while (_running == 0 && _departure is { IsOpen: true } && Advance()) Report();
    }

    private bool Advance()
    {
        if (_lacking.Count < LackingMax && Walk() is { Count: > 0 } fresh)
        {
            Ask(fresh);
            return true;
        }

        if (_lacking.Count == 0) return Walked();
        if (_lap == 0 && context.Host.Now < _askAgainAt)
        {
            _departure!.StepAt(_askAgainAt);
            return false;
        }

        Ask(NextLacking());
        return true;
    }

    private void Report()
    {
        if (context.Host.Now < _reportAt) return;
        _reportAt = context.Host.Now + ReportPeriod;
        context.Host.Report(new Fact(FactKind.HandingOver, context.Host.Self.Id, Left));
    }

    private List<CatalogEntry> Walk()
    {
        List<CatalogEntry> batch = [];
        if (_cursor is not { } from) return batch;
        foreach (CatalogEntry entry in context.Catalog.In(new Arc(from, UInt128.MaxValue - from.Value)))
        {
            // Objects of one key are taken together, so that the cursor can stand between two keys.
            if (batch.Count >= RoundEntriesMax && entry.Key != batch[^1].Key)
            {
                _cursor = entry.Key;
                return batch;
            }

            batch.Add(entry);
        }

        _cursor = null;
        return batch;
    }

    private List<CatalogEntry> NextLacking()
    {
        if (_lap == 0) (_lap, _askAgainAt) = (_lacking.Count, context.Host.Now + Pause);
        List<CatalogEntry> batch = [];
        for (; _lap > 0 && batch.Count < RoundEntriesMax; _lap--)
        {
            if (context.Catalog.TryGet(_lacking.Dequeue(), out CatalogEntry entry)) batch.Add(entry);
        }

        return batch;
    }

    private void Ask(List<CatalogEntry> entries)
    {
        // Until all are sorted, so that an answer that is there at once does not begin the next round.
        _running++;
        List<SurplusItem> near = [];
        int far = 0;
        foreach (CatalogEntry entry in entries)
        {
            if (context.Knows(entry.Key, entry.Replicas + context.Leaving.Count)) Place(entry, context.Keepers(entry.Key, entry.Replicas), near);
            else if (far++ < FarEntriesMax) Locate(entry);
            else _lacking.Enqueue(entry.Object);
        }

        foreach (SurplusItem[] items in near.Chunk(HoldQuery.ObjectsMax)) Ask([.. items]);
        _running--;
    }

    private void Ask(List<SurplusItem> items)
    {
        _running++;
        SurplusRound.Start(context, this, items, leaving: true);
    }

    private void Locate(in CatalogEntry entry)
    {
        _running++;
        SurplusSearch.Start(context, this, entry);
    }

    private void Place(in CatalogEntry entry, List<NodeHandle> nodes, List<SurplusItem> near)
    {
        if (nodes.Count > 0)
        {
            near.Add(new SurplusItem(entry, nodes, nodes.Count));
            return;
        }

        _done++;
        _unplaced++;
    }

    private void Begin() => (_cursor, _setBefore, _done, _unplaced) = (new RingId(0), context.Catalog.SetCount, 0, 0);

    /// <summary>Everything was handed over that was here when the walk began. False: there is nothing to do now.</summary>
    private bool Walked()
    {
        if (context.Catalog.SetCount == _setBefore && storing() == 0)
        {
            _departure!.End(left: 0);
            return false;
        }

        context.Leaving.Close();
        Begin();
        _departure!.StepAt(context.Host.Now + Pause);
        return false;
    }

    /// <summary>The request, from its announcement to the neighbours to its answer; wakes the walk, and ends it in any case when its time is over.</summary>
    private sealed class Departure(PastContext context, Handover handover, HandOver order) : Operation(context)
    {
        private readonly HashSet<RingId> _unanswered = [];
        private readonly Instant _deadline = context.Host.Now + order.Timeout;

        public void Begin()
        {
            handover.Begin();
            foreach (NodeHandle node in Context.Host.Leafs.Members())
            {
                _unanswered.Add(node.Id);
                Context.Host.Send(new HoldQuery(Id, default, Leaving: true), node);
            }

            // Whoever leaves as well says so: nothing is handed to those.
            StepAt(_unanswered.Count > 0 ? Context.Host.Now + Context.Options.AttemptTimeout : Context.Host.Now);
        }

        /// <inheritdoc/>
        public override void Heard(PastAnswer answer, in RoutedMessage message)
        {
            if (answer is Refused) Context.Leaving.Note(message.Source);
            NoLongerAwait(message.Source.Id);
        }

        /// <inheritdoc/>
        public override void PeerFailed(RingId peer) => NoLongerAwait(peer);

        /// <inheritdoc/>
        public override void Woke()
        {
            if (WakesAt >= _deadline)
            {
                End(handover.Left);
                return;
            }

            WakeAt(_deadline);
            handover.Step();
        }

        public void StepAt(Instant at) => WakeAt(at < _deadline ? at : _deadline);

        public void End(int left)
        {
            if (!IsOpen) return;
            Close();
            Context.Leaving.Close();
            Context.Host.Reply(new HandedOver(order.Id, Context.Catalog.Count, left, handover._unplaced));
        }

        private void NoLongerAwait(RingId peer)
        {
            if (_unanswered.Remove(peer) && _unanswered.Count == 0) StepAt(Context.Host.Now);
        }
    }
}
