using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Identity;
using PastryActors.Tcp.Tests.Support;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class ReconnectTests
{
    [Fact]
    public async Task A_peer_restarted_on_the_same_port_is_found_again()
    {
        await using TestNode a = await TestNode.StartAsync();
        TestNode b = await TestNode.StartAsync(key: NodeKey.Create());
        NodeHandle before = b.Handle;
        await a.ReachAsync(b);
        await b.Engine.DisposeAsync();

        await using TestNode again = await TestNode.StartAsync(TestNode.Options with { ListenAddress = before.Address }, b.Key, incarnation: 2);
        await a.ReachAsync(again, at: before);
        again.Send(a.Handle, new Note(5));

        Assert.Equal(before with { Incarnation = 2 }, (await a.ReceiveAsync()).From);
    }

    [Fact]
    public async Task A_peer_that_moved_is_found_at_its_new_address()
    {
        await using TestNode a = await TestNode.StartAsync();
        TestNode b = await TestNode.StartAsync();
        await a.ReachAsync(b);
        await b.Engine.DisposeAsync();

        await using TestNode moved = await TestNode.StartAsync(key: b.Key, incarnation: 2);
        await a.ReachAsync(moved);
    }

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
    public async Task Nobody_at_the_address_is_told_at_once_and_counted()
    {
        await using TestNode a = await TestNode.StartAsync();
        TestNode gone = await TestNode.StartAsync();
        NodeHandle handle = gone.Handle;
        await gone.DisposeAsync();

        a.Send(handle, new Note(1));

        Assert.Equal(handle, (await a.LinkFailureAsync()).From);
        Assert.Equal(1, a.Engine.Counters.DialsFailed);
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("host\n:1")]
    [InlineData("a b:99")]
    public async Task An_address_that_cannot_be_dialled_is_a_failed_link(string address)
    {
        await using TestNode a = await TestNode.StartAsync();
        a.Send(new NodeHandle(new RingId(5), address, 1), new Note(1));
        Assert.Equal(address, (await a.LinkFailureAsync()).From!.Address);
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

    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_the_address()
    {
        await using TestNode a = await TestNode.StartAsync();
        ListenException error = await Assert.ThrowsAsync<ListenException>(
            () => TestNode.StartAsync(TestNode.Options with { ListenAddress = a.Engine.BoundAddress }));
        Assert.True(error.IsInUse);
        Assert.Contains(a.Engine.BoundAddress, error.Message, StringComparison.Ordinal);
    }
}
