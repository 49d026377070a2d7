using Akka.Actor;
using PastryActors.Akka.Links;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Akka.Nodes;

/// <summary>Something for the core: counted in the mailbox's bound.</summary>
/// <param name="Trace">What caused it, where somebody traces.</param>
internal sealed record Happened(NodeEvent Event, TraceParent? Trace = null);

/// <summary>A result of work that the core of this generation asked for: owed, hence not counted.</summary>
internal sealed record Finished(WorkResult Result, int Generation, TraceParent? Trace = null);

/// <summary>A question to be answered beside the core: counted.</summary>
internal sealed record Asked(CoreQuery Query);

/// <summary>A link ended. Owed, since the node has to forget it.</summary>
/// <param name="Failed">The peer that the core is to be told of; null where there is no reason for alarm.</param>
internal sealed record LinkEnded(Link Link, NodeHandle? Failed);

/// <summary>A link saw no traffic for long, and would like to be closed.</summary>
internal sealed record LinkIdle(Link Link);

/// <summary>The back-off is over, or the node begins: a core is to be made. Not sent by anyone else.</summary>
internal sealed class BeginCore : INoSerializationVerificationNeeded
{
    public static readonly BeginCore Instance = new();
}

/// <summary>The earliest timer is due.</summary>
internal sealed class TimerDue : INoSerializationVerificationNeeded
{
    public static readonly TimerDue Instance = new();
}

/// <summary>A worker could not even take a piece of work.</summary>
internal sealed record WorkRefused(Exception Reason, int Generation);
