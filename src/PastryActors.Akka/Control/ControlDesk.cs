using Akka.Actor;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Wire;
using PastryActors.Core.Ring;

namespace PastryActors.Akka.Control;

/// <summary>Answers control messages, for actors of this system alone.</summary>
internal sealed class ControlDesk(EngineState engine)
{
    public void Handle(ControlMessage message, IActorRef asker, IActorRef self)
    {
        if (!asker.Path.Address.HasLocalScope && !asker.Path.Address.Equals(engine.Address))
        {
            engine.Refused(LinkRefusal.NotThisProtocol, asker.Path.Address, $"{message.GetType().Name} is for actors of this system alone");
            return;
        }

        switch (message)
        {
            case DescribeNode describe:
                asker.Tell(Find(describe.NodeId) is { } node ? Describe(node) : new NodeUnknown(describe.NodeId), self);
                break;
            case StopNode stop:
                if (Find(stop.NodeId) is { } stopping) stopping.StopAsync().PipeTo(asker, self, () => new NodeStopped(stop.NodeId));
                else asker.Tell(new NodeUnknown(stop.NodeId), self);
                break;
            default:
                break;
        }
    }

    private static NodeDescription Describe(AkkaNode node) =>
        new(node.Handle.Id.ToString(), node.Handle.Address, node.Handle.Incarnation, node.MailboxDepth, node.PendingTimers);

    private AkkaNode? Find(string nodeId) => RingId.TryParse(nodeId, out RingId id) && id != default ? engine.Find(id) : null;
}
