using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Applications;

/// <summary>A message as the hooks see it: on its way to the root of a key, or sent straight to this node.</summary>
public record struct RoutedMessage
{
    /// <summary>Where it is going: the key it was routed to, or this node's id if it was sent directly.</summary>
    public required RingId Key { get; set; }

    /// <summary>The node that began the route. For a direct message the authenticated sender; for a routed one what the path claims.</summary>
    public required NodeHandle Source { get; init; }

    /// <summary>The message; <see cref="IPastryApplication.Forward"/> may put another in its place.</summary>
    public required Message Payload { get; set; }

    /// <summary>Bytes that rode behind a direct message; routed messages carry none.</summary>
    public ContentRef? Content { get; init; }

    /// <summary>Hops taken so far.</summary>
    public int Hops { get; init; }

    /// <summary>Whether it came by <c>send</c> and not by <c>route</c>.</summary>
    public bool Direct { get; init; }
}

/// <summary>
/// The hooks of the papers (Rowstron and Druschel, Middleware 2001, section 2.2; Dabek et al., IPTPS 2003). Plain synchronous calls
/// in the node's one mailbox: whatever is slow goes to a worker.
/// </summary>
public interface IPastryApplication
{
    /// <summary>
    /// Called at every node on the route, the first and the last included, before the message is sent on to <paramref name="next"/>
    /// (this node itself at the root). May change the message or the next node. False stops the message here.
    /// </summary>
    bool Forward(ref RoutedMessage message, ref NodeHandle next);

    /// <summary>The message has arrived: this node is the root of its key, or it was sent here directly.</summary>
    void Deliver(in RoutedMessage message);

    /// <summary>The leaf set changed.</summary>
    void NewLeafs(LeafSetView leafs);
}

/// <summary>An application built from the core's own parts: it also has timers, workers and local requests. PAST and Scribe are two.</summary>
public interface IPastryComponent : IPastryApplication
{
    /// <summary>The message kinds that belong to this component; no two components of a node share one.</summary>
    IEnumerable<MessageKind> Kinds { get; }

    /// <summary>Hands over the host. Called once, before anything else.</summary>
    void Attach(IPastryHost host);

    /// <summary>The node starts: schedule what is periodic.</summary>
    void Started();

    /// <summary>The node became an active member of the ring, or ceased to be one.</summary>
    void ActiveChanged(bool active);

    /// <summary>A timer of this component fired.</summary>
    void OnTimer(NodeTimer timer);

    /// <summary>Work of this component is done.</summary>
    void OnWorkDone(WorkResult result);

    /// <summary>A local request; false if it is not for this component. Only handed over while the node is active.</summary>
    bool OnRequest(Request request);

    /// <summary>A node was declared failed, or said that it leaves. A hint for whatever waits for it.</summary>
    void PeerFailed(NodeHandle peer);
}

/// <summary>What a component may do: the only ways out of it.</summary>
public interface IPastryHost
{
    /// <summary>This node.</summary>
    NodeHandle Self { get; }

    /// <summary>The moment of the event being handled.</summary>
    Instant Now { get; }

    /// <summary>The node's source of chance.</summary>
    RandomSource Random { get; }

    /// <summary>Whether this node is an active member: all its leaf set has answered.</summary>
    bool IsActive { get; }

    /// <summary>The leaf set as it is now.</summary>
    LeafSetView Leafs { get; }

    /// <summary>
    /// Members of the leaf set of before this start that are neither back nor given up: who may know what those present do not. Empty in a
    /// node that starts for the first time.
    /// </summary>
    IReadOnlyList<NodeHandle> Awaited { get; }

    /// <summary>Routes a message to the root of <paramref name="key"/>. Best effort: acknowledged hop by hop, not end to end.</summary>
    void Route(Message message, RingId key);

    /// <summary>Sends a message straight to a node, best effort. To this very node it is delivered after the current event, unencoded.</summary>
    void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null);

    /// <summary>Brings a timer of this component back after <paramref name="delay"/>.</summary>
    void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default);

    /// <summary>An id for a piece of work, by which its result finds this component again.</summary>
    long NextWorkId();

    /// <summary>Hands work to a worker. Its id must come from <see cref="NextWorkId"/>.</summary>
    void Do(Work work);

    /// <summary>Answers a local request.</summary>
    void Reply(Reply reply);

    /// <summary>Notes a fact.</summary>
    void Report(Fact fact);

    /// <summary>
    /// The nodes known here that <see cref="IPastryApplication.Forward"/> may choose as next for a message to the key, so that it still
    /// arrives (the common API's local_lookup): closer to it than this node, by prefix and by number. In no order of worth; one may come twice.
    /// </summary>
    IEnumerable<NodeHandle> NextHops(RingId key);

    /// <summary>The round trip to a peer: smoothed where there is traffic, else as it was last probed; null if it was never measured.</summary>
    TimeSpan? RoundTrip(NodeHandle peer);
}
