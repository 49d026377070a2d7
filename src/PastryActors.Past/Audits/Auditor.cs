using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Audits;

/// <summary>
/// Random audits (SOSP 2001, section 2.2): once a period one object of this node's, drawn at random, and one of the others that should have
/// it, which is challenged to prove so. One that fails is reported, a neighbour holds the object in its place, and it is audited more often.
/// </summary>
internal sealed class Auditor(PastContext context, ObjectServer server, byte timer)
{
    /// <summary>How much oftener than once a period a node that failed is audited: a node that lost much is found out about sooner, at eight reads a period.</summary>
    private const int Haste = 8;

    private readonly StandIns _standIns = context.StandIns;
    private RingId? _suspect;
    private bool _isRunning;

    public void Started()
    {
        if (context.Options.AuditPeriod > TimeSpan.Zero) context.Host.Schedule(timer, context.Host.Random.Jitter(_suspect is null ? context.Options.AuditPeriod : context.Options.AuditPeriod / Haste));
    }

    /// <summary>The period is over: begins the next audit, if the last has ended.</summary>
    public void OnTimer()
    {
        Started();
        if (_isRunning || !context.Host.IsActive) return;
        if (_standIns.Count > 0 && context.Host.Random.Next(2) == 0) LookAgain(_standIns.Next()!);
        else if (Draw() is { } entry && Target(entry) is { } node) Audit(entry, node);
    }

    /// <summary>A node proved that it holds the object.</summary>
    public void Passed(FileId id, NodeHandle node)
    {
        _isRunning = false;
        context.Host.Report(new Fact(FactKind.AuditPassed, node.Id));
        _standIns.Remove(id, node.Id);
        if (_suspect == node.Id) _suspect = null;
    }

    /// <summary>A node answered with what is no proof.</summary>
    public void Failed(in CatalogEntry entry, NodeHandle node)
    {
        _isRunning = false;
        _suspect = node.Id;
        context.Host.Report(new Fact(FactKind.AuditFailed, node.Id));
        if (!_standIns.HasFor(entry.Object, node.Id)) new Replacing(context, _standIns, entry, node).Begin();
    }

    /// <summary>Nothing was shown, either way.</summary>
    public void Open() => _isRunning = false;

    /// <summary>This node's own replica is not what it should be.</summary>
    public void DamagedHere(in CatalogEntry entry, bool onDisk) => server.Damaged(entry, onDisk);

    private void LookAgain(StandIn standIn)
    {
        bool stands = context.Catalog.TryGet(standIn.Object, out CatalogEntry entry) && entry.State == EntryState.Replica;
        NodeHandle? node = stands ? Others(entry).Find(n => n.Id == standIn.For) : null;
        if (node is null) _standIns.Remove(standIn.Object, standIn.For);
        else Audit(entry, node);
    }

    // The first own object behind a point drawn on the arc of this node: not quite even, and nothing has to be counted.
    private CatalogEntry? Draw()
    {
        Arc own = context.Responsibility.OwnArc(Math.Clamp(context.Catalog.ReplicasMax, 1, context.ReplicasMax));
        RingId from = own.From.Plus(own.Length == 0 ? 0 : context.Host.Random.NextRingId().Value % own.Length);
        foreach (CatalogEntry entry in context.Catalog.In(new Arc(from, UInt128.MaxValue)))
        {
            bool fits = entry is { State: EntryState.Replica, ContentLength: > 0, Replicas: > 1 } && !context.Changing.Contains(entry.Object);
            if (fits && context.Responsibility.IsOwn(entry.Key, entry.Replicas)) return entry;
        }

        return null;
    }

    private NodeHandle? Target(in CatalogEntry entry)
    {
        List<NodeHandle> others = Others(entry);
        if (others.Count == 0) return null;
        return others.Find(n => n.Id == _suspect) ?? others[context.Host.Random.Next(others.Count)];
    }

    private List<NodeHandle> Others(in CatalogEntry entry)
    {
        List<NodeHandle> nodes = context.Host.Leafs.ReplicaSet(entry.Key, entry.Replicas);
        nodes.RemoveAll(n => n.Id == context.Host.Self.Id);
        return nodes;
    }

    private void Audit(in CatalogEntry entry, NodeHandle node)
    {
        _isRunning = true;
        var audit = new Audit(context, this, entry, node);
        context.Operations.Open(audit);
        audit.Begin();
    }
}
