using Akka.Actor;
using Akka.Configuration;
using PastryActors.Akka.Links;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Tests.Support;
using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tests.Engines;
using TestKit = Akka.TestKit.Xunit2.TestKit;

namespace PastryActors.Akka.Tests.Links;

/// <summary>Strangers at the gate of a node: what they must prove, and what they get by lying.</summary>
public sealed class GateTests : TestKit
{
    private readonly NodeKey _key = NodeKey.Create();
    private readonly RecordingNode _node;
    private readonly IActorRef _gate;
    private readonly NodeHandle _me;

    public GateTests()
        : base(ConfigurationFactory.ParseString(AkkaUnderTest.Configuration))
    {
        AkkaEngine engine = PastryExtension.For(Sys).Start(TestCodec.Instance, AkkaUnderTest.Options with { HandshakesMax = 4 });
        _node = RecordingNode.AddTo(engine);
        _gate = Sys.ActorSelection($"/user/{Guardian.Name}/{Gate.Name}").ResolveOne(RecordingNode.Deadline).GetAwaiter().GetResult();
        _me = new NodeHandle(_key.NodeId, "akka.tcp://pastry@127.0.0.1:1", 5);
    }

    [Fact]
    public async Task Who_proves_itself_gets_an_actor_of_its_own_and_the_core_hears_its_proven_name()
    {
        IActorRef link = Introduce(_me, out _);
        link.Tell(Frame(1, new Note(7)));
        NodeEvent got = await _node.ReceiveAsync();
        Assert.Equal(_me, got.From);
        Assert.Equal(new Note(7), got.Body);
        Assert.Equal(1, _node.Count("connections_accepted"));
    }

    [Fact]
    public void The_node_proves_itself_first_and_to_this_greeting_alone()
    {
        Hello hello = Greet(_node.Handle.Id);
        Challenge challenge = ExpectMsg<Challenge>();
        Assert.Equal(_node.Handle, challenge.Node);
        Assert.True(LinkProof.Holds(hello, challenge));
        Assert.False(LinkProof.Holds(hello with { Nonce = LinkProof.Nonce() }, challenge));
        Assert.False(LinkProof.Holds(hello with { Asker = _me with { Address = "elsewhere:1" } }, challenge));
        Assert.False(LinkProof.Holds(hello, challenge with { Node = challenge.Node with { Id = new RingId(9) } }));
    }

    [Fact]
    public void A_nodeId_is_not_believed_without_its_key()
    {
        using NodeKey other = NodeKey.Create();
        Hello hello = Greet(default, _me with { Id = new RingId(42) });
        Challenge challenge = ExpectMsg<Challenge>();
        foreach (NodeKey key in new[] { _key, other })
        {
            _gate.Tell(new Proof(challenge.Nonce, key.PublicKey.ToArray(), LinkProof.OfAsker(key, hello, challenge)), TestActor);
            if (key == _key) Assert.Equal(LinkRefusal.BadProof, ExpectMsg<Refused>().Reason);
        }

        // After a refusal the guest is over: no second guess.
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, _node.Count("peer_refusals"));
        Assert.Equal(0, _node.Count("connections_accepted"));
    }

    [Fact]
    public void A_proof_for_another_challenge_is_worth_nothing()
    {
        Hello first = Greet(default);
        Challenge overheard = ExpectMsg<Challenge>();
        Proof proof = Prove(first, overheard);
        Greet(default);
        Challenge challenge = ExpectMsg<Challenge>();
        _gate.Tell(proof with { Nonce = challenge.Nonce }, TestActor);
        Assert.Equal(LinkRefusal.BadProof, ExpectMsg<Refused>().Reason);
    }

    [Fact]
    public void A_greeting_or_proof_that_comes_twice_gets_the_same_answer()
    {
        IActorRef link = Introduce(_me, out (Hello Hello, Proof Proof) said);
        _gate.Tell(said.Hello, TestActor);
        ExpectMsg<Welcome>();
        Assert.Equal(link, LastSender);
        _gate.Tell(said.Proof, TestActor);
        ExpectMsg<Welcome>();
        Assert.Equal(link, LastSender);
        Assert.Equal(1, _node.Count("connections_accepted"));
    }

    [Fact]
    public void Another_ring_another_version_and_a_node_that_is_not_here_are_refused_with_the_reason()
    {
        (Hello, LinkRefusal)[] wrong =
        [
            (NewHello(default) with { Ring = "other" }, LinkRefusal.Ring),
            (NewHello(default) with { Version = WireCodec.Version + 1 }, LinkRefusal.Version),
            (NewHello(new RingId(1)), LinkRefusal.WrongNode),
        ];
        foreach ((Hello hello, LinkRefusal reason) in wrong)
        {
            _gate.Tell(hello, TestActor);
            Refused refused = ExpectMsg<Refused>();
            Assert.Equal(reason, refused.Reason);
            Assert.NotEmpty(refused.Detail);
            Assert.Equal(hello.Nonce, refused.AskersNonce);
        }

        Assert.Equal(3, _node.Count("peer_refusals"));
    }

    [Fact]
    public void No_more_strangers_are_heard_at_once_than_may_be()
    {
        for (int i = 0; i < 4; i++)
        {
            Greet(default);
            ExpectMsg<Challenge>();
        }

        Greet(default);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, _node.Count("peer_refusals"));
    }

    [Fact]
    public void An_older_start_of_a_node_is_refused_and_a_newer_one_takes_over()
    {
        IActorRef older = Introduce(_me, out _);
        // A probe of its own: the news of the end may come before the welcome, or after.
        var watcher = CreateTestProbe();
        watcher.Watch(older);
        Introduce(_me with { Incarnation = 6 }, out _);
        watcher.ExpectTerminated(older);

        Hello stale = Greet(default, _me);
        Challenge challenge = ExpectMsg<Challenge>();
        _gate.Tell(Prove(stale, challenge), TestActor);
        Assert.Equal(LinkRefusal.StaleIncarnation, ExpectMsg<Refused>().Reason);
    }

    [Fact]
    public async Task Whoever_breaks_the_rules_of_links_loses_the_link_and_nothing_else()
    {
        IActorRef link = Introduce(_me, out _);
        Watch(link);
        link.Tell(Frame(1, new Note(1)));
        await _node.ReceiveAsync();
        link.Tell(Frame(3, new Note(3)));

        ExpectTerminated(link);
        Assert.Equal(_me, (await _node.LinkFailureAsync()).From);
        Assert.Equal(1, _node.Count("peer_refusals"));
        Assert.Equal(1, _node.Starts);
        IActorRef again = Introduce(_me, out _);
        again.Tell(Frame(1, new Note(4)));
        Assert.Equal(new Note(4), (await _node.ReceiveAsync()).Body);
    }

    [Fact]
    public void What_was_taken_is_said_within_a_second_however_little_it_was()
    {
        IActorRef link = Introduce(_me, out _);
        Whole frame = Frame(1, new Note(1));
        link.Tell(frame);
        Assert.Equal(new Credit(Lane.Control, (ulong)Cost.Of(frame)), ExpectMsg<Credit>(RecordingNode.Deadline));
    }

    [Fact]
    public async Task What_has_no_place_at_the_gate_or_at_a_node_changes_nothing()
    {
        IActorRef node = await Sys.ActorSelection($"/user/{Guardian.Name}/{_node.Handle.Id}-1-0").ResolveOne(RecordingNode.Deadline);
        foreach (object stray in new object[] { "text", 5, new Goodbye(true), Frame(1, new Note(1)), new Credit(Lane.Bulk, 5), new Welcome([1]) })
        {
            _gate.Tell(stray, TestActor);
            node.Tell(stray, TestActor);
        }

        Introduce(_me, out _);
        Assert.Equal(1, _node.Starts);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _key.Dispose();
    }

    private Hello NewHello(RingId target, NodeHandle? asker = null) => new("pastry", WireCodec.Version, asker ?? _me, target, LinkProof.Nonce());

    private Hello Greet(RingId target, NodeHandle? asker = null)
    {
        Hello hello = NewHello(target, asker);
        _gate.Tell(hello, TestActor);
        return hello;
    }

    private Proof Prove(Hello hello, Challenge challenge) => new(challenge.Nonce, _key.PublicKey.ToArray(), LinkProof.OfAsker(_key, hello, challenge));

    private IActorRef Introduce(NodeHandle asker, out (Hello Hello, Proof Proof) said)
    {
        Hello hello = Greet(default, asker);
        Proof proof = Prove(hello, ExpectMsg<Challenge>());
        _gate.Tell(proof, TestActor);
        ExpectMsg<Welcome>();
        said = (hello, proof);
        return LastSender;
    }

    private static Whole Frame(uint sequence, Note note)
    {
        var writer = new WireWriter();
        note.Write(writer);
        return new Whole(Lane.Control, sequence, note.Kind, writer.Written.ToArray());
    }
}
