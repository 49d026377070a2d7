using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>What a turn sends leaves when the turn ends; what is much or large, before. Nothing that was sent waits for ever, whatever becomes of the turn.</summary>
public sealed class TurnSendsTests
{
    [Fact]
    public async Task Many_messages_leave_while_the_turn_goes_on()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        await MeetAsync(a, b);
        using var during = new ManualResetEventSlim();
        await InOneTurnAsync(a, during, () => a.Do(o =>
        {
            for (int i = 0; i < 64; i++) o.Send(b.Handle, new Note(i));
        }));

        for (int i = 0; i < 64; i++) Assert.Equal(new Note(i), (await b.ReceiveAsync()).Body);
        during.Set();
    }

    [Fact]
    public async Task Large_content_leaves_while_the_turn_goes_on()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        await MeetAsync(a, b);
        using var during = new ManualResetEventSlim();
        var content = new MemoryContent(new byte[100_000]);
        await InOneTurnAsync(a, during, () => a.Send(b.Handle, new Note(1), Lane.Bulk, content));

        Assert.Equal(content.Hash, (await b.ReceiveAsync()).Content!.Hash);
        during.Set();
    }

    [Fact]
    public async Task What_was_sent_in_a_turn_that_fails_leaves_all_the_same()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        await MeetAsync(a, b);
        using var before = new ManualResetEventSlim();
        await a.HoldAsync(before);
        a.Send(b.Handle, new Note(1));
        a.Do(static _ => throw new InvalidOperationException("as the test wants it"));
        before.Set();

        Assert.Equal(new Note(1), (await b.ReceiveAsync()).Body);
        await a.RestartAsync();
    }

    private static async Task MeetAsync(TestNode a, TestNode b)
    {
        foreach (Lane lane in Enum.GetValues<Lane>())
        {
            a.Send(b.Handle, new Note(0), lane);
            await b.ReceiveAsync();
        }
    }

    /// <summary>Has the core do something and then stand still in the same turn, until the gate opens.</summary>
    private static async Task InOneTurnAsync(TestNode node, ManualResetEventSlim gate, Action action)
    {
        using var before = new ManualResetEventSlim();
        await node.HoldAsync(before);
        action();
        Task held = node.HoldAsync(gate);
        before.Set();
        await held;
    }
}
