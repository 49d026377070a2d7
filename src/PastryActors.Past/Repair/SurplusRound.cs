using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>An object that is not to stay here, and the nodes that should have it instead.</summary>
/// <param name="Wanted">How many of them have to confirm.</param>
internal sealed record SurplusItem(CatalogEntry Entry, List<NodeHandle> Nodes, int Wanted);

/// <summary>Whoever has others asked what they hold of objects that are not to stay here.</summary>
internal interface IHoldersAsked
{
    /// <summary>Those who should have an object were asked, and who lacks it was told.</summary>
    /// <param name="confirmed">Whether every one of them has it, or a pointer to another holder, durably, and will keep it.</param>
    /// <param name="pointedToBy">One that has a pointer to this very node, which nobody else can have then; null if none does.</param>
    void Answered(in CatalogEntry entry, bool confirmed, NodeHandle? pointedToBy);

    /// <summary>One of them has a tombstone for it.</summary>
    void Buried(in CatalogEntry entry, NodeHandle holder);

    /// <summary>One of them will take nothing.</summary>
    void Refused(NodeHandle by);

    /// <summary>The nodes closest to a far object were found.</summary>
    void Found(in CatalogEntry entry, List<NodeHandle> nodes);

    /// <summary>They were not found in time.</summary>
    void NotFound(in CatalogEntry entry);

    /// <summary>A round of questions or a search is over.</summary>
    void Ended();
}

/// <summary>Asks the k closest of a batch of objects that are not to stay here what they have of them, one message a node; says so when all have answered or the time is over.</summary>
/// <param name="leaving">Whether this node asks because it leaves.</param>
internal sealed class SurplusRound(PastContext context, IHoldersAsked asker, List<SurplusItem> items, bool leaving) : Operation(context)
{
    // Ordered: it decides the order of messages.
    private readonly SortedDictionary<RingId, Share> _shares = [];
    private readonly int[] _confirmations = new int[items.Count];
    private readonly NodeHandle?[] _pointedTo = new NodeHandle?[items.Count];

    public static void Start(PastContext context, IHoldersAsked asker, List<SurplusItem> items, bool leaving)
    {
        var round = new SurplusRound(context, asker, items, leaving);
        context.Operations.Open(round);
        round.Begin();
    }

    private void Begin()
    {
        for (int i = 0; i < items.Count; i++)
        {
            foreach (NodeHandle node in items[i].Nodes) ShareOf(node).Items.Add(i);
        }

        foreach (Share share in _shares.Values)
        {
            Context.Host.Send(new HoldQuery(Id, share.Items.Select(i => items[i].Entry.Object).ToValueList(), leaving), share.Node);
        }

        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        if (_shares.Count == 0) End();
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (!_shares.Remove(message.Source.Id, out Share? share)) return;
        if (answer is HoldReport report) Take(share, report);
        else if (answer is Refused) asker.Refused(share.Node);
        if (_shares.Count == 0) End();
    }

    /// <inheritdoc/>
    public override void Woke() => End();

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_shares.Remove(peer) && _shares.Count == 0) End();
    }

    private Share ShareOf(NodeHandle node)
    {
        if (!_shares.TryGetValue(node.Id, out Share? share)) _shares.Add(node.Id, share = new Share(node));
        return share;
    }

    private void Take(Share share, HoldReport report)
    {
        List<SyncEntry> lacking = [];
        for (int at = 0; at < share.Items.Count; at++)
        {
            int item = share.Items[at];
            CatalogEntry entry = items[item].Entry;
            HolderState state = report.StateOf(at);
            if (state == HolderState.Missing) lacking.Add(SyncEntry.Of(entry));
            else if (state == HolderState.Reclaimed && !entry.IsTombstone) asker.Buried(entry, share.Node);
            else if (state == HolderState.Held && entry.IsTombstone) lacking.Add(SyncEntry.Of(entry));
            else if (state == HolderState.Pointer && report.IsForYou(at)) _pointedTo[item] = share.Node;
            else if (state is HolderState.Held or HolderState.Reclaimed or HolderState.Pointer && report.IsResponsible(at)) _confirmations[item]++;
        }

        if (lacking.Count > 0) Context.Host.Send(new SyncTell(0, SyncEntry.Pack(lacking), More: false), share.Node);
    }

    private void End()
    {
        Close();
        for (int i = 0; i < items.Count; i++)
        {
            asker.Answered(items[i].Entry, _pointedTo[i] is null && _confirmations[i] == items[i].Wanted, _pointedTo[i]);
        }

        asker.Ended();
    }

    private sealed class Share(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public List<int> Items { get; } = [];
    }
}

/// <summary>Finds the nodes closest to such an object where it lies beyond this node's leaf set, as after an absence.</summary>
internal sealed class SurplusSearch(PastContext context, IHoldersAsked asker, CatalogEntry entry) : Operation(context)
{
    public static void Start(PastContext context, IHoldersAsked asker, in CatalogEntry entry)
    {
        var search = new SurplusSearch(context, asker, entry);
        context.Operations.Open(search);
        search.Begin();
    }

    private void Begin()
    {
        Context.Host.Route(new Locate(Id, entry.Object.Key, entry.Replicas), entry.Object.Key);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not Located located) return;
        Close();
        asker.Found(entry, [.. located.Nodes.Span[..Math.Min(located.Nodes.Count, entry.Replicas)]]);
        asker.Ended();
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        Close();
        asker.NotFound(entry);
        asker.Ended();
    }
}
