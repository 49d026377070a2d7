using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Driving;

/// <summary>What an event is.</summary>
public enum NodeEventKind : byte
{
    /// <summary>A message came in from an authenticated peer.</summary>
    Received,

    /// <summary>A timer that the core scheduled has run out.</summary>
    TimerFired,

    /// <summary>A worker finished what the core asked of it.</summary>
    WorkDone,

    /// <summary>Someone on this node asks for something.</summary>
    Requested,

    /// <summary>The engine lost its connection to a peer, or could not make one: a hint, never a proof.</summary>
    LinkFailed,
}

/// <summary>Everything that can happen to a node. Make one with the factory named for its kind.</summary>
public readonly record struct NodeEvent
{
    private NodeEvent(NodeEventKind kind, NodeHandle? from, object? body, ContentRef? content, NodeTimer timer) =>
        (Kind, From, Body, Content, Timer) = (kind, from, body, content, timer);

    /// <summary>What happened.</summary>
    public NodeEventKind Kind { get; }

    /// <summary>The peer that it is about: the authenticated sender, or the one whose link failed.</summary>
    public NodeHandle? From { get; }

    /// <summary>The message, the result or the request.</summary>
    public object? Body { get; }

    /// <summary>The bytes that rode behind the message, if any.</summary>
    public ContentRef? Content { get; }

    /// <summary>The timer that fired.</summary>
    public NodeTimer Timer { get; }

    public static NodeEvent Received(NodeHandle from, Message message, ContentRef? content = null) => new(NodeEventKind.Received, from, message, content, default);

    public static NodeEvent TimerFired(NodeTimer timer) => new(NodeEventKind.TimerFired, null, null, null, timer);

    public static NodeEvent WorkDone(WorkResult result) => new(NodeEventKind.WorkDone, null, result, null, default);

    public static NodeEvent Requested(Request request) => new(NodeEventKind.Requested, null, request, null, default);

    public static NodeEvent LinkFailed(NodeHandle peer) => new(NodeEventKind.LinkFailed, peer, null, null, default);
}

/// <summary>
/// A timer as a value: the core recognises by it, when it comes back, what was to be done. There is no cancelling: a timer that no
/// longer means anything is ignored by whoever scheduled it.
/// </summary>
/// <param name="Owner">Index of the component that scheduled it (0 is Pastry itself, applications follow in order of registration).</param>
/// <param name="Kind">What the owner meant by it.</param>
/// <param name="Argument">A number of the owner's: an operation, a generation.</param>
/// <param name="Subject">The id that it is about, if any.</param>
public readonly record struct NodeTimer(byte Owner, byte Kind, long Argument = 0, RingId Subject = default);

/// <summary>Something that an application of this node's process wants. The id is chosen by the asker, unique among its open requests.</summary>
/// <param name="Id">Comes back with every answer.</param>
/// <param name="Timeout">After how long the asker wants an answer of any kind.</param>
public abstract record Request(long Id, TimeSpan Timeout);

/// <summary>
/// A request about one that the node took before: it goes on with it, gives something back for it, or ends it. A node takes it also while it is no active
/// member of a ring: refused then, what it is about would stand for ever, since nobody asks for its end twice.
/// </summary>
public abstract record FollowUp(long Id, TimeSpan Timeout) : Request(Id, Timeout);

/// <summary>An answer to a <see cref="Request"/>. A subscription gets many, everything else exactly one.</summary>
/// <param name="RequestId">The id of the request answered.</param>
public abstract record Reply(long RequestId);

/// <summary>The answer to a request that cannot be fulfilled.</summary>
/// <param name="Code">Stable, for programs: <see cref="FailureCode"/>.</param>
/// <param name="Detail">For people: what was refused, by whom, and what would help.</param>
public sealed record Failed(long RequestId, FailureCode Code, string Detail) : Reply(RequestId);

/// <summary>Why a request failed. The names (in kebab case) are part of the surface: they do not change.</summary>
public enum FailureCode
{
    /// <summary>Nobody who should hold the object does.</summary>
    NotFound,

    /// <summary>An object of that fileId is there already.</summary>
    Exists,

    /// <summary>Holders exist or may exist, but none of those asked answered in time.</summary>
    Unreachable,

    /// <summary>No room where the object belongs.</summary>
    Full,

    /// <summary>The request's deadline passed.</summary>
    TimedOut,

    /// <summary>The node is not (yet) an active member of a ring.</summary>
    NotActive,

    /// <summary>The request itself is wrong: the detail says which rule it breaks.</summary>
    Invalid,

    /// <summary>The asker may not do this.</summary>
    Forbidden,

    /// <summary>A bounded queue is full; trying again later may succeed.</summary>
    Busy,

    /// <summary>The owner's quota does not cover it.</summary>
    OverQuota,

    /// <summary>A node that should store the object answers with receipts that are false: not its own, about something else, or badly signed. Under another fileId others may be asked.</summary>
    BadReceipt,

    /// <summary>Of the nodes that may hold the object, those that have it sent something else in its place: another content or certificate, or one badly signed.</summary>
    BadContent,
}
