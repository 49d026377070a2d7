using Akka.Actor;
using PastryActors.Akka.Nodes;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Links;

/// <summary>A message to be sent to a peer. It has its places in the queue already.</summary>
/// <param name="Trace">What caused it, where somebody traces.</param>
internal sealed record SendThis(NodeHandle To, Message Message, MemoryContent? Content, Lane Lane, TraceParent? Trace);

/// <summary>The link is to be closed once what waits is sent: nothing more comes.</summary>
internal sealed record CloseLink;

/// <summary>
/// One way from a node to a peer, as the node sees it: an actor that makes and keeps the link, and before it the bound of what waits.
/// The node adds, the link's actor takes away.
/// </summary>
internal sealed class Link
{
    private readonly EngineState _engine;
    private readonly LaneBound[] _bounds = [new LaneBound(), new LaneBound()];
    private IActorRef _actor = ActorRefs.Nobody;

    private Link(EngineState engine, NodeHandle to) => (_engine, To) = (engine, to);

    /// <summary>The peer, as it was named when the link was asked for.</summary>
    public NodeHandle To { get; }

    /// <summary>Whether the peer has proved itself and takes messages. Set by the link's actor.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Starts to make a link, as a child of the node's actor.</summary>
    public static Link Open(IActorContext node, EngineState engine, AkkaNode from, NodeHandle to)
    {
        var link = new Link(engine, to);
        link._actor = node.ActorOf(Props.Create(() => new Outbound(engine, from, link)).WithDispatcher(Dispatchers.Links));
        return link;
    }

    /// <summary>Sends a message; false if too much waits already.</summary>
    public bool TrySend(Message message, MemoryContent? content, Lane lane, TraceParent? trace)
    {
        if (!_bounds[(int)lane].TryEnter(content?.Length ?? 0, _engine.Options)) return false;
        _actor.Tell(new SendThis(To, message, content, lane, trace), ActorRefs.NoSender);
        return true;
    }

    /// <summary>Gives back the places of a message that was sent or given up.</summary>
    public void Left(Lane lane, MemoryContent? content) => _bounds[(int)lane].Leave(content?.Length ?? 0);

    /// <summary>Has the link closed after what waits.</summary>
    public void Close() => _actor.Tell(new CloseLink(), ActorRefs.NoSender);

    private sealed class LaneBound
    {
        private int _messages;
        private long _bytes;

        public bool TryEnter(int contentBytes, AkkaOptions options)
        {
            // Only the node adds, so what is read here can only have become less.
            if (Volatile.Read(ref _messages) >= options.QueueMessages || Volatile.Read(ref _bytes) + contentBytes > options.QueueContentBytes) return false;
            Interlocked.Increment(ref _messages);
            Interlocked.Add(ref _bytes, contentBytes);
            return true;
        }

        public void Leave(int contentBytes)
        {
            Interlocked.Decrement(ref _messages);
            Interlocked.Add(ref _bytes, -contentBytes);
        }
    }
}
