using Akka.Actor;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Wire;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Akka.Links;

/// <summary>
/// Where strangers come in: proves the node that they mean, has them prove theirs, and then tells them the name of an actor of their own.
/// A bounded number is heard at once, each for a bounded time; a greeting that comes twice gets the same answer. In: greetings and proofs.
/// Out: challenges, welcomes, refusals; the receiving ends of links, which are its children.
/// </summary>
internal sealed class Gate : UntypedActor
{
    /// <summary>Its name below the guardian, by which peers find it. Part of the protocol.</summary>
    public const string Name = "gate";

    /// <summary>Links from one node to another: one by its address as a seed, one by its id, and their successors while the old ones die.</summary>
    private const int LinksOfPairMax = 4;

    private readonly EngineState _engine;
    private readonly Dictionary<Hash256, Guest> _guests = [];
    private readonly Dictionary<(RingId Asker, RingId Target), List<(IActorRef Link, uint Incarnation)>> _links = [];

    public Gate(EngineState engine) => _engine = engine;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Hello hello:
                OnHello(hello);
                break;
            case Proof proof:
                OnProof(proof);
                break;
            case NodeGone gone:
                foreach ((_, List<(IActorRef Link, uint Incarnation)> links) in _links.Where(l => l.Key.Target == gone.Id)) links.ForEach(l => Context.Stop(l.Link));
                break;
            case Terminated ended:
                foreach (List<(IActorRef Link, uint Incarnation)> links in _links.Values) links.RemoveAll(l => l.Link.Equals(ended.ActorRef));
                foreach ((RingId, RingId) empty in _links.Where(static l => l.Value.Count == 0).Select(static l => l.Key).ToArray()) _links.Remove(empty);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>What a stranger sends must cost the stranger alone: a link that fails is not started again.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private void OnHello(Hello hello)
    {
        var key = Hash256.Of(hello.Nonce);
        if (!_guests.TryGetValue(key, out Guest? guest))
        {
            long now = Environment.TickCount64;
            foreach (Hash256 late in _guests.Where(g => g.Value.Until < now).Select(static g => g.Key).ToArray()) _guests.Remove(late);
            if (_guests.Count >= _engine.Options.HandshakesMax)
            {
                _engine.Tally.Refused(LinkRefusal.TooManyHandshakes);
                return;
            }

            guest = Receive(hello, now + (long)_engine.Options.ConnectTimeout.TotalMilliseconds);
            _guests[key] = guest;
        }

        if (guest.Link is null) Sender.Tell(guest.Answer, Self);
        else Sender.Tell(new Welcome(guest.Nonce), guest.Link);
    }

    private Guest Receive(Hello hello, long until)
    {
        byte[] nonce = LinkProof.Nonce();
        AkkaNode? node = _engine.Find(hello.Target);
        (LinkRefusal reason, string detail) =
            hello.Ring != _engine.Options.Ring ? (LinkRefusal.Ring, $"this is the ring {_engine.Options.Ring}")
            : hello.Version != WireCodec.Version ? (LinkRefusal.Version, $"version {WireCodec.Version} is spoken here")
            : node is null ? (LinkRefusal.WrongNode, $"node {hello.Target} does not run here")
            : (LinkRefusal.None, "");
        if (reason == LinkRefusal.None)
        {
            AkkaOptions options = _engine.Options;
            NodeHandle self = node!.Handle;
            byte[] signature = LinkProof.OfAsked(node.Settings.Key, hello, self, nonce);
            var challenge = new Challenge(self, hello.Nonce, nonce, node.Settings.Key.PublicKey.ToArray(), signature, (uint)options.MessageBytesMax, (uint)options.ContentBytesMax);
            return new Guest(hello, challenge, nonce, node, self, until);
        }

        _engine.Refused(reason, Sender.Path.Address, detail);
        return new Guest(hello, new Refused(hello.Nonce, reason, detail), nonce, null, null, until);
    }

    private void OnProof(Proof proof)
    {
        Guest? guest = _guests.Values.FirstOrDefault(g => g.Node is not null && g.Nonce.AsSpan().SequenceEqual(proof.Nonce));
        if (guest is null) return;
        if (guest.Link is null)
        {
            (LinkRefusal reason, string detail) = Check(guest, proof);
            if (reason != LinkRefusal.None)
            {
                _engine.Refused(reason, Sender.Path.Address, detail);
                guest.Answer = new Refused(guest.Hello.Nonce, reason, detail);
                guest.Node = null;
                Sender.Tell(guest.Answer, Self);
                return;
            }

            guest.Link = Admit(guest);
        }

        Sender.Tell(new Welcome(guest.Nonce), guest.Link);
    }

    private (LinkRefusal Reason, string Detail) Check(Guest guest, Proof proof)
    {
        NodeHandle asker = guest.Hello.Asker;
        if (!LinkProof.Holds(guest.Hello, guest.Self!, proof)) return (LinkRefusal.BadProof, $"its signature does not prove {asker.Id}");
        return LinksOf(guest).Any(l => l.Incarnation > asker.Incarnation)
            ? (LinkRefusal.StaleIncarnation, $"a newer start of {asker.Id} is known")
            : (LinkRefusal.None, "");
    }

    private IActorRef Admit(Guest guest)
    {
        NodeHandle asker = guest.Hello.Asker;
        List<(IActorRef Link, uint Incarnation)> links = LinksOf(guest);
        foreach ((IActorRef older, _) in links.Where(l => l.Incarnation < asker.Incarnation).Concat(links.Take(links.Count - LinksOfPairMax + 1))) Context.Stop(older);
        IActorRef outbound = Sender;
        AkkaNode node = guest.Node!;
        IActorRef link = Context.ActorOf(Props.Create(() => new Inbound(_engine, node, asker, outbound)).WithDispatcher(Dispatchers.Links), LinkProof.SecretName());
        Context.Watch(link);
        links.Add((link, asker.Incarnation));
        return link;
    }

    private List<(IActorRef Link, uint Incarnation)> LinksOf(Guest guest)
    {
        (RingId, RingId) pair = (guest.Hello.Asker.Id, guest.Self!.Id);
        if (!_links.TryGetValue(pair, out List<(IActorRef, uint)>? links)) _links[pair] = links = [];
        return links;
    }

    /// <summary>Someone in the handshake, or just past it.</summary>
    private sealed class Guest(Hello hello, LinkMessage answer, byte[] nonce, AkkaNode? node, NodeHandle? self, long until)
    {
        public Hello Hello { get; } = hello;
        public LinkMessage Answer { get; set; } = answer;
        public byte[] Nonce { get; } = nonce;
        public AkkaNode? Node { get; set; } = node;
        public NodeHandle? Self { get; } = self;
        public long Until { get; } = until;
        public IActorRef? Link { get; set; }
    }
}
