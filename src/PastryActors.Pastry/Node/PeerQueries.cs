using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Routing;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Node;

/// <summary>
/// Answers local questions about the overlay: the route to a key, hop by hop, and another node's leaf set. In: requests, traces that
/// pass, answers, deadlines. Out: traces, state requests, replies.
/// </summary>
internal sealed class PeerQueries(NodeContext node) : IPastryApplication
{
    /// <summary>Marks the tags of these questions, so that no other machine takes their answers for its own.</summary>
    private const ulong TagMark = 1UL << 63;

    /// <summary>Questions open at once: people and scripts ask them, not programs in a loop.</summary>
    private const int OpenMax = 256;

    private readonly Dictionary<ulong, Request> _open = [];
    private ulong _tags = TagMark;

    /// <summary>Takes a request if it is one of these.</summary>
    public bool OnRequest(Request request, Router router)
    {
        if (request is not (TraceRoute or DescribePeer)) return false;
        if (_open.Count >= OpenMax)
        {
            node.Outbox.Reply(new Failed(request.Id, FailureCode.Busy, $"{OpenMax} questions about the overlay are open already"));
            return true;
        }

        ulong tag = ++_tags;
        _open.Add(tag, request);
        node.Schedule(OverlayTimer.QueryTimeout, request.Timeout, (long)tag);
        if (request is TraceRoute trace) router.Route(new RouteTrace(tag, IsAnswer: false, [new TracedHop(node.Self, 0)]), trace.Key);
        else node.Send(((DescribePeer)request).Peer, new StateRequest(StatePart.LeafSet, 0, tag));
        return true;
    }

    /// <summary>Takes a node's answer if it was asked from here.</summary>
    public bool OnState(NodeHandle from, StateReply reply)
    {
        if ((reply.Tag & TagMark) == 0) return false;
        if (_open.TryGetValue(reply.Tag, out Request? open) && open is DescribePeer asked && asked.Peer.Id != from.Id && asked.Peer.Id != default) return true;
        if (Close<DescribePeer>(reply.Tag) is { } request) node.Outbox.Reply(new PeerDescribed(request.Id, from, reply.Active, reply.Nodes, reply.More));
        return true;
    }

    public void OnTimeout(ulong tag)
    {
        if (!_open.Remove(tag, out Request? request)) return;
        string subject = request is DescribePeer peer ? $"node {peer.Peer.Id}" : $"the route to {((TraceRoute)request).Key}";
        node.Outbox.Reply(new Failed(request.Id, FailureCode.TimedOut, $"{subject} did not answer within {request.Timeout.TotalSeconds:0.#} s"));
    }

    public bool Forward(ref RoutedMessage message, ref NodeHandle next)
    {
        var trace = (RouteTrace)message.Payload;
        if (next.Id == node.Self.Id) return true;
        long micros = (node.RoundTrip(next.Id)?.Ticks ?? 0) / TimeSpan.TicksPerMicrosecond;
        message.Payload = trace with { Hops = [.. trace.Hops, new TracedHop(next, micros)] };
        return true;
    }

    public void Deliver(in RoutedMessage message)
    {
        var trace = (RouteTrace)message.Payload;
        if (!trace.IsAnswer) node.Send(message.Source, trace with { IsAnswer = true });
        else if (Close<TraceRoute>(trace.Tag) is { } request) node.Outbox.Reply(new RouteTraced(request.Id, trace.Hops));
    }

    public void NewLeafs(LeafSetView leafs)
    {
    }

    private T? Close<T>(ulong tag)
        where T : Request
    {
        if (!_open.TryGetValue(tag, out Request? request) || request is not T asked) return null;
        _open.Remove(tag);
        return asked;
    }
}
