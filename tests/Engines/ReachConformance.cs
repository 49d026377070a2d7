using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Tests.Engines;

/// <summary>How nodes find each other, lose each other, and find each other again.</summary>
public abstract class ReachConformance(IEngineUnderTest engines)
{

    [Fact]
    public async Task A_peer_restarted_on_the_same_port_is_found_again()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        RecordingNode b = await engines.StartAsync(new EngineNeeds());
        NodeHandle before = b.Handle;
        await a.ReachAsync(b);
        await b.Engine.DisposeAsync();

        await using RecordingNode again = await engines.StartAsync(new EngineNeeds { At = before.Address, Key = b.Key, Incarnation = 2 });
        await a.ReachAsync(again, at: before);
        again.Send(a.Handle, new Note(5));

        Assert.Equal(before with { Incarnation = 2 }, (await a.ReceiveAsync()).From);
    }

    [Fact]
    public async Task A_peer_that_moved_is_found_at_its_new_address()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        RecordingNode b = await engines.StartAsync(new EngineNeeds());
        await a.ReachAsync(b);
        await b.Engine.DisposeAsync();

        await using RecordingNode moved = await engines.StartAsync(new EngineNeeds { Key = b.Key, Incarnation = 2 });
        await a.ReachAsync(moved);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_at_once_and_counted()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        RecordingNode gone = await engines.StartAsync(new EngineNeeds());
        NodeHandle handle = gone.Handle;
        await gone.DisposeAsync();

        a.Send(handle, new Note(1));

        Assert.Equal(handle, (await a.LinkFailureAsync()).From);
        Assert.Equal(1, a.Count("dials_failed"));
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_given_up_at_the_deadline()
    {
        using var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        var silent = new NodeHandle(new RingId(1), mute.LocalEndpoint.ToString()!, 1);

        a.Send(silent, new Note(1));

        Assert.Equal(silent, (await a.LinkFailureAsync()).From);
        await Eventually.True(() => a.Engine.DeadLetters[DeadLetterReason.Unreachable] == 1, "counted");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("host\n:1")]
    [InlineData("a b:99")]
    public async Task An_address_that_cannot_be_dialled_is_a_failed_link(string address)
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        a.Send(new NodeHandle(new RingId(5), address, 1), new Note(1));
        Assert.Equal(address, (await a.LinkFailureAsync()).From!.Address);
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_the_address()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        ListenException error = await Assert.ThrowsAsync<ListenException>(
            () => engines.StartAsync(new EngineNeeds { At = a.Handle.Address }));
        Assert.True(error.IsInUse);
        Assert.Contains(error.Address, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(error.Address, a.Handle.Address, StringComparison.Ordinal);
    }


    [Fact]
    public async Task A_node_that_is_not_the_one_meant_is_refused()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
        var impostor = new NodeHandle(new RingId(42), b.Handle.Address, 1);

        a.Send(impostor, new Note(1));

        Assert.Equal(impostor, (await a.LinkFailureAsync()).From);
        await Eventually.True(() => a.Engine.DeadLetters[DeadLetterReason.Unreachable] == 1, "counted");
    }

    [Fact]
    public async Task A_peer_of_another_ring_is_refused_on_both_sides()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { Ring = "one" });
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds { Ring = "two" });

        a.Send(b.Handle, new Note(1));

        await a.LinkFailureAsync();
        await Eventually.True(() => b.Count("peer_refusals") == 1, "refused there");
        await Eventually.True(() => a.Count("peer_refusals") == 1, "refused here");
    }

    [Fact]
    public async Task A_seed_is_reached_by_its_address_alone()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());

        a.Send(new NodeHandle(default, b.Handle.Address, 0), new Note(1));
        NodeEvent got = await b.ReceiveAsync();
        b.Send(got.From!, new Note(2));

        Assert.Equal(b.Handle, (await a.ReceiveAsync()).From);
    }

    [Fact]
    public async Task After_a_shutdown_nothing_is_taken_and_the_address_is_free()
    {
        RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
        a.Send(b.Handle, new Note(1));
        a.Send(b.Handle, new Note(2), Lane.Bulk);
        await b.ReceiveAsync();
        await b.ReceiveAsync();

        await a.DisposeAsync();

        Assert.True(a.Node.IsStopped);
        Assert.False(a.Node.Post(new Run((_, _) => { })));
        await using RecordingNode successor = await engines.StartAsync(new EngineNeeds { At = a.Handle.Address });
        Assert.Equal(a.Handle.Address, successor.Handle.Address);
    }
}
