using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Holding;

/// <summary>A replica that another node holds for this one.</summary>
/// <param name="Holder">That node.</param>
/// <param name="Receipt">Its own receipt, verified.</param>
/// <param name="Operation">Number of the store request, by which what it stored can be discarded.</param>
internal sealed record DivertedReplica(NodeHandle Holder, StoreReceipt Receipt, long Operation);

/// <summary>Whoever has an object held elsewhere.</summary>
internal interface IDiverting
{
    /// <summary>It is durable there.</summary>
    void Diverted(DivertedReplica replica);

    /// <summary>Nobody took it.</summary>
    /// <param name="refuted">The node asked answered that it does not hold it (any more).</param>
    void NotDiverted(string why, bool refuted);
}

/// <summary>
/// Replica diversion (SOSP 2001, section 3.3): has an object for which there is no room here held by the neighbour with most room that is
/// not one of the k closest. One node is asked at a time. Where the whole leaf set is full, its two most distant members may
/// be asked who has room among theirs.
/// </summary>
internal sealed class Diversion(PastContext context, FileId id, ObjectCertificate certificate, ContentRef? content, IDiverting asker) : Operation(context)
{
    private readonly HashSet<RingId> _tried = [context.Host.Self.Id];
    private readonly Queue<NodeHandle> _hunted = [];
    private NodeHandle? _asked;
    private StoreReceipt? _receipt;
    private int _asks;
    private int _conflicts;
    private int _reportsDue;
    private bool _renews;
    private bool _refuted;
    private string _why = "no neighbour is known to have room";

    /// <summary>Whether a full leaf set is left behind for those of its outermost members: for replicas that would be missing otherwise.</summary>
    public bool Hunts { get; init; }

    /// <summary>Asks whoever has most room.</summary>
    public void Begin() => TryNext();

    /// <summary>Asks the node that holds it by a pointer of this node, without the bytes.</summary>
    public void Renew(NodeHandle holder)
    {
        _renews = true;
        Ask(holder, offer: true);
    }

    /// <inheritdoc/>
    public override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is RoomReport report && _reportsDue > 0) Take(report);
        else if (_asked?.Id == message.Source.Id && _receipt is null) Take(answer, _asked);
    }

    /// <inheritdoc/>
    public override void Woke()
    {
        if (_asked is not null) _why = $"node {_asked.Id} did not answer in time";
        (_asked, _receipt, _reportsDue) = (null, null, 0);
        TryNext();
    }

    /// <inheritdoc/>
    public override void PeerFailed(RingId peer)
    {
        if (_asked?.Id == peer && _receipt is null) Woke();
    }

    /// <inheritdoc/>
    public override void WorkDone(WorkResult result)
    {
        if (!IsOpen || _receipt is null) return;
        if (((Verified)result).Good)
        {
            Close();
            asker.Diverted(new DivertedReplica(_asked!, _receipt, Id));
            return;
        }

        Blame(_asked!);
        _receipt = null;
        TryNext();
    }

    private void Take(PastAnswer answer, NodeHandle from)
    {
        switch (answer)
        {
            case StoreAnswer stored when CertificateRules.Check(stored.Receipt, id, certificate.ContentHash, from.Id) is null && !stored.Receipt.Diverted:
                _receipt = stored.Receipt;
                Context.Verify(this, CertificateCodec.ClaimOf(stored.Receipt));
                break;
            case Refused { Code: RefusalCode.ContentWanted } when !_renews:
                Ask(from, offer: false);
                break;
            case Refused refused:
                if (refused.Code == RefusalCode.Full) Context.Neighbours.NoteFree(from, refused.FreeBytes);

                // Another of the k closest was quicker, or has a spare pointer there: that says nothing of the room. Where all k are full they meet at the same neighbours.
                if (refused.Code is RefusalCode.Conflict or RefusalCode.Busy) _conflicts++;
                _why = refused.Detail;
                _refuted = refused.Code is RefusalCode.ContentWanted or RefusalCode.NotResponsible or RefusalCode.Conflict or RefusalCode.Reclaimed;
                TryNext();
                break;
            default:
                Blame(from);
                TryNext();
                break;
        }
    }

    private void TryNext()
    {
        if (_renews || (content is null && certificate.ContentLength > 0)) End();
        else if (_asks >= Context.Options.DiversionTriesMax + Math.Min(_conflicts, certificate.Replicas)) End();
        else if (NextNode() is { } node) Ask(node, offer: false);
        else if (!Hunt()) End();
    }

    private NodeHandle? NextNode()
    {
        if (Context.Neighbours.Best(id.Key, certificate.Replicas, certificate.ContentLength, _tried) is { } best) return best;
        List<NodeHandle>? closest = null;
        while (_hunted.TryDequeue(out NodeHandle? node))
        {
            closest ??= Context.Host.Leafs.ReplicaSet(id.Key, certificate.Replicas);
            if (!_tried.Contains(node.Id) && !closest.Exists(n => n.Id == node.Id)) return node;
        }

        return null;
    }

    private void Ask(NodeHandle node, bool offer)
    {
        if (_tried.Add(node.Id)) _asks++;
        _asked = node;
        var request = new StoreRequest(Id, certificate, offer, Divert: true);
        if (offer) Context.Host.Send(request, node);
        else Context.Host.Send(request, node, Lane.Bulk, content);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
    }

    // Once.
    private bool Hunt()
    {
        if (!Hunts || _reportsDue > 0 || !_tried.Add(default)) return false;
        _reportsDue = Context.Neighbours.AskEnds(Id, certificate.ContentLength);
        WakeAt(Context.Host.Now + Context.Options.AttemptTimeout);
        return _reportsDue > 0;
    }

    private void Take(RoomReport report)
    {
        foreach (NodeHandle node in report.Nodes.Span[..Math.Min(report.Nodes.Count, RoomReport.NodesMax)]) _hunted.Enqueue(node);
        if (--_reportsDue == 0) TryNext();
    }

    private void End()
    {
        Close();
        asker.NotDiverted(_why, _refuted);
    }
}
