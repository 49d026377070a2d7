using Akka.Actor;
using PastryActors.Akka.Links;
using PastryActors.Core.Driving;
using PastryActors.Engine;
using DeadLetter = Akka.Event.DeadLetter;

namespace PastryActors.Akka.Nodes;

/// <summary>Finds among Akka's dead letters those of this engine: a question is refused, whatever else reached nobody is counted.</summary>
internal sealed class DeadLetterDesk(EngineState engine) : UntypedActor
{
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void OnReceive(object message)
    {
        if (message is not DeadLetter letter) return;
        switch (letter.Message)
        {
            case Asked asked:
                asked.Query.Refuse(new InvalidOperationException($"the node {letter.Recipient.Path.Name} has stopped"));
                break;
            case Happened { Event.Kind: not NodeEventKind.LinkFailed } happened:
                engine.DeadLetters.Add(DeadLetterReason.NodeGone, happened.Event.Body, letter.Recipient.Path.Name);
                break;
            case Finished finished:
                engine.DeadLetters.Add(DeadLetterReason.NodeGone, finished.Result, letter.Recipient.Path.Name);
                break;
            case SendThis send:
                engine.DeadLetters.Add(DeadLetterReason.ConnectionLost, send.Message, send.To);
                break;
            default:
                break;
        }
    }
}
