using Akka.Actor;
using PastryActors.Core.Driving;
using PastryActors.Engine;

namespace PastryActors.Akka.Nodes;

/// <summary>
/// A node as one actor of an application's own tree: it runs for as long as this actor lives, and this actor ends when the node was given up or stopped, so that death watch tells. In:
/// requests to the core, each of which has its first answer, or the reason why there is none, told to whoever asked. The node itself, its restarts and its links are the engine's.
/// </summary>
internal sealed class NodeKeeper(AkkaEngine engine, NodeSettings settings, int asksMax) : UntypedActor
{
    private readonly Dictionary<long, IActorRef> _askers = [];
    private AkkaNode _node = null!;

    protected override void PreStart()
    {
        _node = (AkkaNode)engine.AddNode(settings with { Listener = new Relay(Self, settings.Listener) });
        Context.Watch(_node.Actor);
    }

    protected override void PostStop()
    {
        FailAll("the node has stopped");
        _ = _node?.StopAsync();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Request request:
                Take(request);
                break;
            case Answered answered:
                if (_askers.Remove(answered.Reply.RequestId, out IActorRef? asker)) asker.Tell(answered.Reply, Self);
                break;
            case Restarting restarting:
                FailAll($"the node failed and starts again: {restarting.Reason.Message}");
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(Request request)
    {
        string? problem = _askers.Count >= asksMax ? $"{asksMax} requests are open"
            : !_askers.TryAdd(request.Id, Sender) ? $"a request with the number {request.Id} is open"
            : null;
        if (problem is null && _node.Post(request)) return;
        if (problem is null) _askers.Remove(request.Id);
        Sender.Tell(new Failed(request.Id, FailureCode.Busy, problem ?? "the node's mailbox is full, or it has stopped"), Self);
    }

    private void FailAll(string why)
    {
        foreach ((long id, IActorRef asker) in _askers) asker.Tell(new Failed(id, FailureCode.NotActive, why), Self);
        _askers.Clear();
    }

    private sealed record Answered(Reply Reply) : INoSerializationVerificationNeeded;

    private sealed record Restarting(Exception Reason) : INoSerializationVerificationNeeded;

    /// <summary>Hears what the node says, for its keeper and for the application.</summary>
    private sealed class Relay(IActorRef keeper, INodeListener application) : INodeListener
    {
        public void OnReply(Reply reply)
        {
            keeper.Tell(new Answered(reply), ActorRefs.NoSender);
            application.OnReply(reply);
        }

        public void OnFact(in Fact fact) => application.OnFact(fact);

        public void OnRestarting(Exception reason)
        {
            keeper.Tell(new Restarting(reason), ActorRefs.NoSender);
            application.OnRestarting(reason);
        }

        public void OnGivenUp(Exception reason) => application.OnGivenUp(reason);
    }
}
