using Akka.Actor;
using Akka.Configuration;
using PastryActors.Akka.Control;
using PastryActors.Akka.Tests.Support;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Nodes;

/// <summary>Rings of real nodes on Akka: what an application of one's own sees, and how a node gets into an actor system of one's own.</summary>
public sealed class RingTests
{
    private static readonly WireCodec Codec = new([.. PastryWire.Kinds, new MessageKind(Note.Number100, nameof(Note), Note.Read)]);

    [Fact]
    public async Task A_node_goes_into_an_application_s_own_actor_system_and_its_hooks_are_called()
    {
        using ActorSystem system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(AkkaUnderTest.Configuration));
        AkkaEngine engine = PastryExtension.For(system).Start(Codec);
        await using var node = new TalkingNode(engine, found: true);
        await node.Active;

        node.Route(new RingId(5), new Note(1, "alone"));

        RoutedMessage got = await node.DeliveredAsync();
        Assert.Equal(new Note(1, "alone"), got.Payload);
        Assert.Equal(1, node.Forwarded);
        Assert.Equal(engine, PastryExtension.For(system).Engine);
        Assert.Throws<InvalidOperationException>(() => PastryExtension.For(system).Start(Codec));
    }

    [Fact]
    public async Task Two_clusters_make_one_ring_over_their_border_and_find_it_by_the_cluster_within()
    {
        await using var first = new TalkingNode(await Systems.ClusteredAsync(Codec, name: "one"), found: true);
        await first.Active;
        await using var second = new TalkingNode(await Systems.ClusteredAsync(Codec, (AkkaEngine)first.Engine, name: "one"), found: false, first.Engine.AdvertisedAddress);
        await using var third = new TalkingNode(await Systems.ClusteredAsync(Codec, name: "two"), found: false, first.Engine.AdvertisedAddress);
        await Task.WhenAll(second.Active, third.Active);
        AkkaEngine fourthEngine = await Systems.ClusteredAsync(Codec, (AkkaEngine)third.Engine, name: "two");
        await Eventually.True(() => fourthEngine.ContactPoints.Count == 1, "the cluster has told of the third");
        await using var fourth = new TalkingNode(fourthEngine, found: false);
        await fourth.Active;

        TalkingNode[] all = [first, second, third, fourth];
        foreach (TalkingNode target in all)
        {
            foreach (TalkingNode source in all) source.Route(target.Node.Handle.Id, new Note(source.Node.Handle.Incarnation, source.Node.Handle.Id.ToString()));
            var heard = new HashSet<string>();
            while (heard.Count < all.Length) heard.Add(((Note)(await target.DeliveredAsync()).Payload).Text);
        }

        Assert.All(all, static n => Assert.True(n.LeafChanges > 0));
    }

    [Fact]
    public async Task Control_messages_are_answered_to_actors_of_this_system_alone()
    {
        await using RecordingNode a = await new AkkaUnderTest().StartAsync(new EngineNeeds());
        await using RecordingNode b = await new AkkaUnderTest().StartAsync(new EngineNeeds());
        ActorSystem here = ((AkkaEngine)a.Engine).System, elsewhere = ((AkkaEngine)b.Engine).System;
        string id = a.Handle.Id.ToString();

        var description = await here.ActorSelection("/user/pastry").Ask<NodeDescription>(new DescribeNode(id), RecordingNode.Deadline);
        Assert.Equal((id, a.Handle.Address, 1L), (description.NodeId, description.Address, description.Incarnation));
        Assert.IsType<NodeUnknown>(await here.ActorSelection("/user/pastry").Ask<ControlMessage>(new DescribeNode("00"), RecordingNode.Deadline));

        elsewhere.ActorSelection(a.Handle.Address + "/user/pastry").Tell(new StopNode(id), elsewhere.ActorOf(Props.Create(static () => new Nobody())));
        await Eventually.True(() => a.Count("peer_refusals") == 1, "refused");
        Assert.False(a.Node.IsStopped);

        Assert.Equal(new NodeStopped(id), await here.ActorSelection("/user/pastry").Ask<ControlMessage>(new StopNode(id), RecordingNode.Deadline));
        Assert.True(a.Node.IsStopped);
    }

    private sealed class Nobody : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}
