using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Holding;

/// <summary>Answers what others ask of the objects here: lookups on their way, fetches, what is held. Reads in flight are bounded; beyond, the asker is told to come back.</summary>
internal sealed class ObjectServer(PastContext context, IRepairs repairs)
{
    /// <summary>Reads in flight.</summary>
    public int ReadCount { get; private set; }

    /// <summary>Whether a lookup that comes by ends here: the object is here, or known where.</summary>
    public bool TryServe(LookupRequest request, NodeHandle asker, int hops)
    {
        if (context.Catalog.TryGet(request.Object, out CatalogEntry entry) && !entry.IsLedgerEntry)
        {
            if (entry.IsPointer && context.HolderOf(entry) is { } holder)
            {
                Miss(request.Object, asker, request.Operation, hops, [holder]);
                return true;
            }

            if (ReadCount >= context.Options.ReadsMax) return false;
            Read(entry, new ServingRead(context, this, entry, asker, request.Operation, ReadPurpose.Lookup, hops) { Previous = request.Previous });
            return true;
        }

        ValueList<NodeHandle> holders = repairs.HoldersOf(request.Object);
        if (holders.Count == 0) return false;
        Miss(request.Object, asker, request.Operation, hops, holders);
        return true;
    }

    /// <summary>This node is the root of a lookup that nobody on the way served.</summary>
    public void Handle(LookupRequest request, NodeHandle asker, int hops)
    {
        if (context.Catalog.TryGet(request.Object, out CatalogEntry entry) && !entry.IsLedgerEntry) Busy(asker, request.Operation);
        else Miss(request.Object, asker, request.Operation, hops, default);
    }

    public void Handle(FetchRequest request, NodeHandle asker)
    {
        if (context.Catalog.TryGet(request.Object, out CatalogEntry entry))
        {
            if (entry.IsPointer && context.HolderOf(entry) is { } holder) context.Host.Send(new LookupMiss(request.Operation, [holder], 0), asker);
            else Serve(request, entry, asker);
            return;
        }

        ValueList<NodeHandle> holders = repairs.HoldersOf(request.Object);
        if (holders.Count > 0) context.Host.Send(new LookupMiss(request.Operation, holders, 0), asker);
        else context.Host.Send(new FetchMiss(request.Operation, HolderState.Missing), asker);
    }

    public void Handle(InspectQuery query, NodeHandle asker)
    {
        HolderState state = StateOf(query.Object);
        if (!context.Catalog.TryGet(query.Object, out CatalogEntry entry)) context.Host.Send(new InspectReport(query.Operation, state, null), asker);
        else ReadOrBusy(new ServingRead(context, this, entry, asker, query.Operation, query.ReadBack ? ReadPurpose.ReadBack : ReadPurpose.Inspect, 0));
    }

    public void Handle(HoldQuery query, NodeHandle asker)
    {
        var states = new byte[query.Objects.Count];
        for (int i = 0; i < states.Length; i++) states[i] = WireStateOf(query.Objects[i], asker);
        context.Host.Send(new HoldReport(query.Operation, states), asker);
    }

    /// <summary>What the catalog says about an object.</summary>
    public HolderState StateOf(FileId id)
    {
        if (context.Catalog.TryGet(id, out CatalogEntry entry)) return entry.IsReplica ? HolderState.Held : entry.IsPointer ? HolderState.Pointer : HolderState.Reclaimed;
        return repairs.HoldersOf(id).Count > 0 ? HolderState.Pointer : HolderState.Missing;
    }

    /// <summary>A read came back; its place is free.</summary>
    public void ReadDone() => ReadCount--;

    /// <summary>A read found the object damaged.</summary>
    public void Damaged(in CatalogEntry entry, bool onDisk) => repairs.Lost(entry, onDisk);

    /// <summary>Tells a lookup where else the object may be.</summary>
    public void Miss(FileId id, NodeHandle asker, long operation, int hops, ValueList<NodeHandle> first)
    {
        List<NodeHandle> candidates = [.. first];
        foreach (NodeHandle node in context.Host.Leafs.ReplicaSet(id.Key, context.CandidateCount))
        {
            if (node.Id != context.Host.Self.Id && !candidates.Exists(n => n.Id == node.Id)) candidates.Add(node);
        }

        context.Host.Send(new LookupMiss(operation, candidates.ToValueList(), hops), asker);
    }

    private void Serve(FetchRequest request, in CatalogEntry entry, NodeHandle asker)
    {
        if (!request.CertificateOnly) context.Unconfirmed.Served(request.Object);
        ReadOrBusy(new ServingRead(context, this, entry, asker, request.Operation, request.CertificateOnly ? ReadPurpose.Certificate : ReadPurpose.Fetch, 0));
    }

    private byte WireStateOf(FileId id, NodeHandle asker)
    {
        int state = (int)StateOf(id);
        if (!context.Catalog.TryGet(id, out CatalogEntry entry)) return (byte)state;
        if (context.StandIns.Has(id, asker.Id)) return (byte)((int)HolderState.Pointer | HoldReport.ResponsibleBit | HoldReport.ForYouBit);
        bool keeps = !context.Changing.Contains(id) && (entry.State == EntryState.Diverted || context.Responsibility.IsOwn(id.Key, entry.Replicas));
        if (keeps) state |= HoldReport.ResponsibleBit;
        if (entry.State is EntryState.Pointer or EntryState.Diverted && entry.Peer == CatalogEntry.PeerOf(asker.Id)) state |= HoldReport.ForYouBit;
        return (byte)state;
    }

    private void ReadOrBusy(ServingRead read)
    {
        if (ReadCount < context.Options.ReadsMax) Read(read.Entry, read);
        else Busy(read.Asker, read.Operation);
    }

    private void Read(in CatalogEntry entry, ServingRead read)
    {
        ReadCount++;
        context.Read(read, entry.Object, metaOnly: !entry.IsReplica || read.Purpose is ReadPurpose.Inspect or ReadPurpose.Certificate);
    }

    private void Busy(NodeHandle asker, long operation)
    {
        context.Host.Report(new Fact(FactKind.Dropped, asker.Id, context.Options.ReadsMax));
        context.Refuse(asker, operation, RefusalCode.Busy, $"{ReadCount} objects are being read");
    }
}
