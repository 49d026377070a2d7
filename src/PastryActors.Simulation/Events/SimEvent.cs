using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Events;

/// <summary>What comes due in the world.</summary>
internal enum SimEventKind : byte
{
    Start,
    Message,
    Timer,
    WorkDone,
    DiskDone,
    Request,
    LinkFailed,
    Wake,
    Leave,
    Action,
}

/// <summary>
/// One thing that comes due. One struct for all kinds, so that a million of them lie in one array and none costs an allocation.
/// </summary>
internal struct SimEvent
{
    /// <summary>The message, result, work, request or action.</summary>
    public object? Body;

    /// <summary>The sender of a message, or the peer of a failed link.</summary>
    public NodeHandle? From;

    /// <summary>The handle that the sender of a message wrote on it, for the hint that nobody was there.</summary>
    public NodeHandle? To;

    /// <summary>What rides behind a message.</summary>
    public ContentRef? Content;

    /// <summary>The timer that fires.</summary>
    public NodeTimer Timer;

    /// <summary>Index of the node that it happens to; -1 for an action of the world.</summary>
    public int Node;

    /// <summary>The incarnation that it is meant for: an event outlives a crash, but means nothing to the next start.</summary>
    public uint Incarnation;

    /// <summary>Index of the sender of a message.</summary>
    public int Sender;

    public Lane Lane;

    public SimEventKind Kind;
}
