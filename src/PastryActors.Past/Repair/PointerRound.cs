using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>
/// One round of looking after pointers: their records are read one after the other, for they tell who the holder is; then holders and spare nodes
/// are asked, one message a node; what each answers is acted upon at once.
/// </summary>
internal sealed class PointerRound(PastContext context, PointerKeeper keeper, List<CatalogEntry> entries) : Operation(context)
{
    // Ordered: it decides the order of messages.
    private readonly SortedDictionary<RingId, Share> _shares = [];
    private readonly HolderPointer?[] _pointers = new HolderPointer?[entries.Count];
    private int _read;

    public void Begin() => ReadNext();

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        if (!IsOpen) return;
        var got = (StoreGot)result;
        HolderPointer? pointer = got.Status == StoreStatus.Done ? CertificateCodec.TryDecodePointer(got.Meta.Span, out _) : null;
        if (pointer is null && got.Status != StoreStatus.Failed) keeper.Lost(entries[_read]);
        _pointers[_read++] = pointer;
        ReadNext();
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not HoldReport report || !_shares.Remove(message.Source.Id, out Share? share)) return;
        for (int at = 0; at < share.Items.Count; at++) Take(share.Items[at], report.StateOf(at), report.IsForYou(at));
        if (_shares.Count == 0) End();
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        foreach (Share share in _shares.Values)
        {
            foreach ((int item, bool isSpare) in share.Items)
            {
                if (!isSpare) keeper.Silent(entries[item], share.Node);
            }
        }

        End();
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_shares.Remove(peer) && _shares.Count == 0) End();
    }

    private void Take((int Item, bool IsSpare) asked, HolderState state, bool heldForThis)
    {
        if (!asked.IsSpare) keeper.Heard(entries[asked.Item], _pointers[asked.Item]!, state, heldForThis);
        else if (state == HolderState.Missing) keeper.OfferSpare(entries[asked.Item], _pointers[asked.Item]!);
    }

    private void ReadNext()
    {
        if (_read < entries.Count) Context.Read(this, entries[_read].Object, metaOnly: true);
        else Ask();
    }

    private void Ask()
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (_pointers[i] is not { } pointer) continue;
            ShareOf(Context.Host.Leafs.Find(pointer.Holder.Id) ?? pointer.Holder).Items.Add((i, false));
            CatalogEntry entry = entries[i];
            NodeHandle? spare = Context.Responsibility.IsOwn(entry.Key, entry.Replicas) ? SpareKeeper.NodeFor(Context, entry.Object, entry.Replicas) : null;
            if (spare is not null && spare.Id != pointer.Holder.Id) ShareOf(spare).Items.Add((i, true));
        }

        foreach (Share share in _shares.Values)
        {
            Context.Host.Send(new HoldQuery(Id, share.Items.Take(HoldQuery.ObjectsMax).Select(i => entries[i.Item].Object).ToValueList()), share.Node);
            if (share.Items.Count > HoldQuery.ObjectsMax) share.Items.RemoveRange(HoldQuery.ObjectsMax, share.Items.Count - HoldQuery.ObjectsMax);
        }

        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        if (_shares.Count == 0) End();
    }

    private Share ShareOf(NodeHandle node)
    {
        if (!_shares.TryGetValue(node.Id, out Share? share)) _shares.Add(node.Id, share = new Share(node));
        return share;
    }

    private void End()
    {
        if (!IsOpen) return;
        Close();
        keeper.Ended();
    }

    private sealed class Share(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public List<(int Item, bool IsSpare)> Items { get; } = [];
    }
}
