using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>A surplus object, and the nodes that should have it instead.</summary>
internal sealed record SurplusItem(CatalogEntry Entry, List<NodeHandle> Nodes);

/// <summary>Asks the k closest of a batch of surplus objects what they have of them, one message a node; acts when all have answered or the time is over.</summary>
internal sealed class SurplusRound(PastContext context, SurplusKeeper keeper, List<SurplusItem> items) : Operation(context)
{
    // Ordered: it decides the order of messages.
    private readonly SortedDictionary<RingId, Share> _shares = [];
    private readonly int[] _confirmations = new int[items.Count];
    private readonly NodeHandle?[] _pointedTo = new NodeHandle?[items.Count];

    public void Begin()
    {
        for (int i = 0; i < items.Count; i++)
        {
            foreach (NodeHandle node in items[i].Nodes) ShareOf(node).Items.Add(i);
        }

        foreach (Share share in _shares.Values)
        {
            Context.Host.Send(new HoldQuery(Id, share.Items.Select(i => items[i].Entry.Object).ToValueList()), share.Node);
        }

        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        if (_shares.Count == 0) End();
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (!_shares.Remove(message.Source.Id, out Share? share)) return;
        if (answer is HoldReport report) Take(share, report);
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
            else if (state == HolderState.Reclaimed && !entry.IsTombstone) keeper.Buried(entry, share.Node);
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
            CatalogEntry entry = items[i].Entry;
            keeper.Announced(entry.Object);
            if (_pointedTo[i] is { } by) keeper.Needed(entry, by);
            else if (_confirmations[i] == entry.Replicas) keeper.Confirmed(entry);
        }

        keeper.Ended();
    }

    private sealed class Share(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public List<int> Items { get; } = [];
    }
}

/// <summary>Finds the nodes closest to a surplus object that lies beyond this node's leaf set, where it came to after an absence.</summary>
internal sealed class SurplusSearch(PastContext context, SurplusKeeper keeper, CatalogEntry entry) : Operation(context)
{
    public void Begin()
    {
        Context.Host.Route(new Locate(Id, entry.Object.Key, entry.Replicas), entry.Object.Key);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not Located located) return;
        Close();
        keeper.Ended();
        keeper.Found(entry, [.. located.Nodes.Span[..Math.Min(located.Nodes.Count, entry.Replicas)]]);
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        Close();
        keeper.Ended();
    }
}
