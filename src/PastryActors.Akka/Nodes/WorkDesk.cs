using Akka.Actor;
using PastryActors.Core.Driving;

namespace PastryActors.Akka.Nodes;

/// <summary>A piece of work, and where its result goes.</summary>
internal sealed record HandOver(Work Work, IWorkCompletion Completion, int Generation);

/// <summary>
/// Hands work to the node's workers on a dispatcher of its own, in the order in which the core asked, so that workers that take their time
/// to accept it hold up neither the core nor a link. Work that is not even accepted would be waited for for ever: the core is told, by failing.
/// </summary>
internal sealed class WorkDesk(IWorkers workers) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is not HandOver hand) return;
        try
        {
            workers.Submit(hand.Work, hand.Completion);
        }
        catch (Exception e)
        {
            Context.Parent.Tell(new WorkRefused(e, hand.Generation));
        }
    }
}
