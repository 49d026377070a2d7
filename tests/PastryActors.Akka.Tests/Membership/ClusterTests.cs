using Akka.Actor;
using PastryActors.Akka.Links;
using PastryActors.Akka.Tests.Support;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Membership;

public sealed class ClusterTests
{
    [Fact]
    public async Task Members_are_contact_points_from_when_they_join_until_they_leave()
    {
        await using RecordingNode a = await Systems.WithNodeAsync();
        RecordingNode b = await Systems.WithNodeAsync(a);
        await Eventually.True(() => a.Engine.ContactPoints.Contains(b.Handle.Address) && b.Engine.ContactPoints.Contains(a.Handle.Address), "they know each other");

        await b.DisposeAsync();

        await Eventually.True(() => a.Engine.ContactPoints.Count == 0, "it has left");
    }

    [Fact]
    public async Task Members_of_other_roles_are_no_contact_points()
    {
        await using RecordingNode a = await Systems.WithNodeAsync();
        await using AkkaEngine other = await Systems.ClusteredAsync(TestCodec.Instance, (AkkaEngine)a.Engine, configuration: "akka.cluster.roles = [web]");
        await using RecordingNode b = await Systems.WithNodeAsync(a);
        await Eventually.True(() => other.ContactPoints.Count == 2, "the other sees both nodes");
        // Gossip reaches one before another: that the other knows of both says nothing of this one.
        await Eventually.True(() => a.Engine.ContactPoints.Count > 0, "this one sees the second node");
        Assert.Equal([b.Handle.Address], a.Engine.ContactPoints);
    }

    [Fact]
    public async Task A_member_that_the_cluster_holds_for_unreachable_is_a_hint_and_no_more()
    {
        await using RecordingNode a = await Systems.WithNodeAsync();
        await using RecordingNode b = await Systems.WithNodeAsync(a);
        await a.ReachAsync(b);
        ActorSystem system = ((AkkaEngine)a.Engine).System;

        system.EventStream.Publish(new MemberLost(Address.Parse(b.Handle.Address)));

        Assert.Equal(b.Handle, (await a.LinkFailureAsync()).From);
        a.Send(b.Handle, new Note(5, "still there"));
        NodeEvent got = await b.ReceiveAsync();
        while (!Equals(got.Body, new Note(5, "still there"))) got = await b.ReceiveAsync();
        Assert.False(a.HasLinkFailure);
    }

    [Fact]
    public async Task A_system_that_shuts_down_has_its_node_leave_first_while_links_still_carry()
    {
        await using RecordingNode a = await Systems.WithNodeAsync();
        await using RecordingNode b = await Systems.WithNodeAsync(a);
        await b.ReachAsync(a);
        var engine = (AkkaEngine)b.Engine;
        b.Engine.Leaving = async () =>
        {
            b.Send(a.Handle, new Note(99, "farewell"));
            NodeEvent got = await a.ReceiveAsync();
            while (!Equals(got.Body, new Note(99, "farewell"))) got = await a.ReceiveAsync();
        };

        await CoordinatedShutdown.Get(engine.System).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);

        Assert.Contains("stopped", (await b.GivenUpAsync()).Message, StringComparison.Ordinal);
        Assert.True(b.Node.IsStopped);
        Assert.Equal(b.Handle.Id, (await a.LinkFailureAsync()).From!.Id);
    }

    [Fact]
    public async Task Nodes_of_different_clusters_reach_each_other_over_the_border()
    {
        await using RecordingNode a = await Systems.WithNodeAsync(name: "one");
        await using RecordingNode b = await Systems.WithNodeAsync(name: "two");

        a.Send(new NodeHandle(default, b.Handle.Address, 0), new Note(1));
        NodeEvent got = await b.ReceiveAsync();
        b.Send(got.From!, new Note(2));

        Assert.Equal(b.Handle, (await a.ReceiveAsync()).From);
        Assert.Empty(a.Engine.ContactPoints);
    }
}
