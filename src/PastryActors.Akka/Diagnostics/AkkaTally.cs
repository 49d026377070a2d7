using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;

namespace PastryActors.Akka.Diagnostics;

/// <summary>What the engine counts while it runs. Safe for any thread.</summary>
internal sealed class AkkaTally
{
    private readonly long[] _refusals = new long[(int)LinkRefusal.NotThisProtocol + 1];

    public LaneTally Control { get; } = new();
    public LaneTally Bulk { get; } = new();

    public int LinksOpen;
    public long LinksMade;
    public long LinksAccepted;
    public long LinksFailed;
    public long MessagesLocal;
    public long NodeRestarts;
    public long NodesGivenUp;

    public LaneTally Of(Lane lane) => lane == Lane.Control ? Control : Bulk;

    public void Refused(LinkRefusal reason) => Interlocked.Increment(ref _refusals[(int)reason]);

    public long RefusalsOf(LinkRefusal reason) => Volatile.Read(ref _refusals[(int)reason]);

    /// <summary>Under the names that the Tcp engine uses where both count the same, so that one dashboard shows either.</summary>
    public void AddTo(IDictionary<string, long> counters)
    {
        counters["connections_open"] = Volatile.Read(ref LinksOpen);
        counters["connections_accepted"] = Volatile.Read(ref LinksAccepted);
        counters["connections_dialled"] = Volatile.Read(ref LinksMade);
        counters["dials_failed"] = Volatile.Read(ref LinksFailed);
        counters["messages_local"] = Volatile.Read(ref MessagesLocal);
        counters["control_messages_sent"] = Volatile.Read(ref Control.Sent);
        counters["control_messages_received"] = Volatile.Read(ref Control.Received);
        counters["control_bytes_sent"] = Volatile.Read(ref Control.BytesSent);
        counters["bulk_messages_sent"] = Volatile.Read(ref Bulk.Sent);
        counters["bulk_messages_received"] = Volatile.Read(ref Bulk.Received);
        counters["bulk_bytes_sent"] = Volatile.Read(ref Bulk.BytesSent);
        counters["peer_refusals"] = _refusals.Sum();
        counters["node_restarts"] = Volatile.Read(ref NodeRestarts);
        counters["nodes_given_up"] = Volatile.Read(ref NodesGivenUp);
    }
}

/// <summary>The counters of one lane.</summary>
internal sealed class LaneTally
{
    public long Sent;
    public long BytesSent;
    public long Received;

    public void OnSent(long bytes)
    {
        Interlocked.Increment(ref Sent);
        Interlocked.Add(ref BytesSent, bytes);
    }

    public void OnReceived() => Interlocked.Increment(ref Received);
}
