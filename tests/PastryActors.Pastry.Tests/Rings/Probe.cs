using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Pastry.Tests.Rings;

/// <summary>Asks the probe application of a node to route a message.</summary>
internal sealed record RouteProbe(long Id, TimeSpan Timeout, RingId Key) : Request(Id, Timeout);

/// <summary>The message that it routes.</summary>
internal sealed record ProbeMessage(ulong Number) : Message
{
    public override byte Kind => 120;

    public override void Write(WireWriter writer) => writer.Number(1, Number);

    public static Message Read(ref WireReader reader)
    {
        ulong number = 0;
        while (reader.Next()) number = reader.Number();
        return new ProbeMessage(number);
    }
}

/// <summary>The least application: routes when asked, and counts what its hooks see.</summary>
internal sealed class Probe : IPastryComponent
{
    public static readonly MessageKind WireKind = new(120, nameof(ProbeMessage), ProbeMessage.Read);

    private IPastryHost _host = null!;

    public IEnumerable<MessageKind> Kinds => [WireKind];

    public void Attach(IPastryHost host) => _host = host;

    public void Started()
    {
    }

    public void ActiveChanged(bool active)
    {
    }

    public bool OnRequest(Request request)
    {
        if (request is not RouteProbe route) return false;
        _host.Route(new ProbeMessage((ulong)route.Id), route.Key);
        return true;
    }

    public bool Forward(ref RoutedMessage message, ref NodeHandle next) => true;

    public void Deliver(in RoutedMessage message)
    {
    }

    public void NewLeafs(LeafSetView leafs)
    {
    }

    public void OnTimer(NodeTimer timer)
    {
    }

    public void OnWorkDone(WorkResult result)
    {
    }

    public void PeerFailed(NodeHandle peer)
    {
    }
}

/// <summary>Holds every delivery against the truth: the node must be the live active node closest to the key.</summary>
internal sealed class DeliveryCheck(SimWorld world) : IFactListener
{
    public int Right { get; private set; }

    public List<string> Wrong { get; } = [];

    public List<long> Hops { get; } = [];

    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        if (fact.Kind != FactKind.Delivered) return;

        // A join is delivered at the root of the joiner's id as if the joiner were not there.
        RingId key = fact.Subject;
        if (world.Nodes.Any(n => n.Id == key)) return;
        RingId root = RingTruth.Of(world, n => ((Pastry.Node.PastryNode)n.Core!).IsActive).Root(key);
        Hops.Add(fact.Value);
        if (root == node.Id) Right++;
        else Wrong.Add($"{now.Ticks}: key {key} delivered at node {node.Index}, root is {root}");
    }
}

/// <summary>Remembers each node's leaf set across its restarts, as the host of a real node does in a file.</summary>
internal sealed class PeerMemory : IFactListener
{
    private readonly Dictionary<int, ValueList<NodeHandle>> _peers = [];

    public ValueList<NodeHandle> Of(SimNode node) => _peers.GetValueOrDefault(node.Index);

    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        if (fact.Kind != FactKind.LeafSetChanged || fact.Value == 0) return;
        _peers[node.Index] = ((Pastry.Node.PastryNode)node.Core!).Leafs.Members().ToValueList();
    }
}
