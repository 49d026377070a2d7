using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Simulation.Nodes;

/// <summary>Asks a node to route a message to the root of a key. Never answered: the facts of the nodes on the way tell what became of it.</summary>
public sealed record RouteLookup(long Id, TimeSpan Timeout, RingId Key) : Request(Id, Timeout);

/// <summary>The message of a lookup: a number and nothing else, as the papers' experiments route them.</summary>
internal sealed record LookupMessage(ulong Number) : Message
{
    private const byte NumberOnTheWire = 97;

    public static readonly MessageKind Schema = new(NumberOnTheWire, nameof(LookupMessage), Read);

    public override byte Kind => NumberOnTheWire;

    public override void Write(WireWriter writer) => writer.Number(1, Number);

    private static LookupMessage Read(ref WireReader reader)
    {
        ulong number = 0;
        while (reader.Next())
        {
            if (reader.Field == 1) number = reader.Number();
            else reader.Skip();
        }

        return new LookupMessage(number);
    }
}

/// <summary>The least application: routes when asked. What its hooks see, the overlay reports as facts.</summary>
internal sealed class LookupComponent : IPastryComponent
{
    private static readonly MessageKind[] Spoken = [LookupMessage.Schema];

    private IPastryHost? _host;

    public IEnumerable<MessageKind> Kinds => Spoken;

    public void Attach(IPastryHost host) => _host = host;

    public void Started()
    {
    }

    public void ActiveChanged(bool active)
    {
    }

    public bool OnRequest(Request request)
    {
        if (request is not RouteLookup lookup) return false;
        _host!.Route(new LookupMessage((ulong)lookup.Id), lookup.Key);
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
