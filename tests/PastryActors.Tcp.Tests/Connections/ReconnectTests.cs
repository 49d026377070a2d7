using PastryActors.Core.Driving;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class ReconnectTests
{
    [Fact]
    public async Task A_newer_incarnation_takes_over_and_the_older_connection_is_closed()
    {
        using NodeKey key = NodeKey.Create();
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode older = await TestNode.StartAsync(key: key, incarnation: 1);
        await a.ReachAsync(older);
        await using TestNode newer = await TestNode.StartAsync(key: key, incarnation: 2);

        newer.Send(a.Handle, new Note(1));
        await a.ReceiveAsync();
        a.Send(older.Handle, new Note(2));

        Assert.Equal(new Note(2), (await newer.ReceiveAsync()).Body);
        await Eventually.True(() => a.Engine.Counters.ConnectionsOpen == 1, "the older connection is closed");
        older.Send(a.Handle, new Note(3));
        await a.ReceiveAsync();
        Assert.Equal(1, a.Engine.RefusalsOf(Refusal.StaleIncarnation));
        a.Send(older.Handle, new Note(4));
        Assert.Equal(new Note(4), (await newer.ReceiveAsync()).Body);
    }

    [Fact]
    public async Task A_lost_connection_is_told_to_the_core()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Tls = false });
        var peer = new RawPeer();
        await peer.IntroduceAsync(a.Engine);
        await Eventually.True(() => a.Engine.Counters.ConnectionsOpen == 1, "open");

        peer.Dispose();

        Assert.Equal(peer.Handle.Id, (await a.LinkFailureAsync()).From!.Id);
    }

    [Fact]
    public async Task A_clean_shutdown_leaves_nothing_and_frees_the_port()
    {
        TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        a.Send(b.Handle, new Note(1));
        a.Send(b.Handle, new Note(2), Lane.Bulk);
        await b.ReceiveAsync();
        await b.ReceiveAsync();

        string address = a.Engine.BoundAddress;
        await a.DisposeAsync();

        Assert.Equal(0, a.Engine.Counters.ConnectionsOpen);
        Assert.True(a.Node.IsStopped);
        Assert.False(a.Node.Post(new Run((_, _) => { })));
        await Eventually.True(() => b.Engine.Counters.ConnectionsOpen == 0, "the peer closed its side");
        await using TestNode successor = await TestNode.StartAsync(TestNode.Options with { ListenAddress = address });
    }

    [Fact]
    public async Task An_idle_connection_is_closed_without_alarm_and_made_again_when_needed()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await using TestNode b = await TestNode.StartAsync();
        a.Send(b.Handle, new Note(1));
        await b.ReceiveAsync();

        await Eventually.True(() => a.Engine.Counters.ConnectionsOpen == 0 && b.Engine.Counters.ConnectionsOpen == 0, "closed");
        a.Send(b.Handle, new Note(2));
        await b.ReceiveAsync();

        Assert.False(a.HasLinkFailure || b.HasLinkFailure);
        Assert.Equal(0, a.Engine.DeadLetters.Total);
    }

    [Fact]
    public async Task At_the_bound_the_connection_idle_for_longest_makes_room()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { ConnectionsMax = 1 });
        await using TestNode b = await TestNode.StartAsync();
        await using TestNode c = await TestNode.StartAsync();

        a.Send(b.Handle, new Note(1));
        await b.ReceiveAsync();
        a.Send(c.Handle, new Note(2));
        await c.ReceiveAsync();

        await Eventually.True(() => b.Engine.Counters.ConnectionsOpen == 0, "the older one is closed");
        Assert.Equal(1, c.Engine.Counters.ConnectionsOpen);
    }
}
