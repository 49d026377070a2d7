using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Engine;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests;

public sealed class NodeTests
{
    private static readonly TcpOptions Small = TestNode.Options with { MailboxCapacity = 8, MailboxPatience = TimeSpan.FromMilliseconds(30) };

    [Fact]
    public async Task A_heartbeat_passes_while_the_bulk_lane_is_full()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { QueueContentBytes = 4 * 1024 * 1024 });
        await using TestNode b = await TestNode.StartAsync(Small with { MailboxPatience = TestNode.Deadline });
        using var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        b.Do(_ =>
        {
            held.SetResult();
            gate.Wait(TestNode.Deadline);
        });
        await held.Task.WaitAsync(TestNode.Deadline);
        var chunk = new MemoryContent(new byte[1024 * 1024]);
        await a.DoAsync(o =>
        {
            for (int i = 0; i < 20; i++) o.Send(b.Handle, new Note(i), Lane.Bulk, chunk);
        });
        Assert.Equal(16, a.Engine.DeadLetters[DeadLetterReason.SendQueueFull]);

        await Eventually.True(() => b.Node.MailboxDepth == 4, "bulk has taken its share");

        a.Send(b.Handle, new Note(100));
        await Eventually.True(() => b.Node.MailboxDepth == 5, "the heartbeat is in");
        gate.Set();

        var got = new List<object?>();
        for (int i = 0; i < 5; i++) got.Add((await b.ReceiveAsync()).Body);
        Assert.Contains(new Note(100), got);
    }

    [Fact]
    public async Task What_waits_for_a_connection_is_bounded_and_answered_for_to_the_last_message()
    {
        using var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { ControlQueueMessages = 4, ConnectTimeout = TestNode.Deadline });
        var silent = a.Handle with { Id = new Core.Ring.RingId(1), Address = mute.LocalEndpoint.ToString()! };

        await a.DoAsync(o =>
        {
            for (int i = 0; i < 10; i++) o.Send(silent, new Note(i));
        });
        Assert.Equal(6, a.Engine.DeadLetters[DeadLetterReason.SendQueueFull]);
        Assert.False(a.HasLinkFailure);

        // The attempt ends when the peer hangs up, not at a moment that a busy machine may take for something else.
        (await mute.AcceptSocketAsync()).Dispose();

        Assert.Equal(silent, (await a.LinkFailureAsync()).From);
        Assert.Equal(4, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
        Assert.False(a.HasLinkFailure);
    }
}
