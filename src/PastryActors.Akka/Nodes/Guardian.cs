using Akka.Actor;
using PastryActors.Akka.Control;
using PastryActors.Akka.Links;
using PastryActors.Core.Ring;

namespace PastryActors.Akka.Nodes;

/// <summary>A node is to run. Answered by its actor.</summary>
internal sealed record RunNode(AkkaNode Node);

/// <summary>
/// The parent of everything that the engine runs in an actor system: of the nodes, each of which it has restarted as its own supervisor
/// decides, and of the gate by which strangers come in.
/// </summary>
internal sealed class Guardian : UntypedActor
{
    /// <summary>Its name below /user, by which peers find the gate. Part of the protocol.</summary>
    public const string Name = "pastry";

    private readonly EngineState _engine;
    private readonly Dictionary<IActorRef, AkkaNode> _nodes = [];

    private readonly ControlDesk _desk;

    public Guardian(EngineState engine) => (_engine, _desk) = (engine, new ControlDesk(engine));

    protected override void PreStart()
    {
        Context.ActorOf(Props.Create(() => new Gate(_engine)).WithDispatcher(Dispatchers.Links), Gate.Name);
        Context.ActorOf(Props.Create(() => new DeadLetterDesk(_engine)), "dead-letters");
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RunNode run:
                RingId id = run.Node.Handle.Id;
                // An earlier node of the same id may not have let go of its name yet: the number keeps them apart.
                IActorRef actor = Context.ActorOf(Props.Create(() => new PastryNodeActor(_engine, run.Node)).WithDispatcher(Dispatchers.Nodes), $"{id}-{run.Node.Handle.Incarnation}-{_nodes.Count}");
                _nodes[actor] = run.Node;
                run.Node.Actor = actor;
                Context.Watch(actor);
                Sender.Tell(actor);
                break;
            case Terminated gone when _nodes.Remove(gone.ActorRef, out AkkaNode? node):
                Context.Child(Gate.Name).Tell(new NodeGone(node.Handle.Id));
                node.OnStopped();
                break;
            case ControlMessage control:
                _desk.Handle(control, Sender, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => new PerNode(_nodes);

    private sealed class PerNode(Dictionary<IActorRef, AkkaNode> nodes) : OneForOneStrategy(static _ => Directive.Restart)
    {
        protected override Directive Handle(IActorRef child, Exception exception) => nodes.TryGetValue(child, out AkkaNode? node) ? node.Decide(exception) : Directive.Restart;
    }
}

/// <summary>A node of this system stopped.</summary>
internal sealed record NodeGone(RingId Id);

/// <summary>The dispatchers that the engine's actors run on; reference.conf says what each is for.</summary>
internal static class Dispatchers
{
    public const string Nodes = "pastry-akka.node-dispatcher";
    public const string Links = "pastry-akka.link-dispatcher";
    public const string Workers = "pastry-akka.worker-dispatcher";
}
