using System.Net;
using System.Net.Sockets;
using PastryActors.Core.Driving;
using PastryActors.Tcp.Connections;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>Whether a reader looks or sleeps, it reads what was sent: all of it, in order, and its end.</summary>
public sealed class WatchfulStreamTests
{
    [Fact]
    public async Task Answers_at_once_are_read_as_they_were_sent()
    {
        using var pair = await Pair.ConnectAsync();
        Task answering = AnswerAsync(pair.Far);
        byte[] got = new byte[4];
        for (int i = 0; i < 2000; i++)
        {
            await pair.Near.WriteAsync(BitConverter.GetBytes(i));
            await pair.Near.ReadExactlyAsync(got).AsTask().WaitAsync(TestNode.Deadline);
            Assert.Equal(i, BitConverter.ToInt32(got));
        }

        pair.Near.Socket.Shutdown(SocketShutdown.Send);
        await answering.WaitAsync(TestNode.Deadline);
        Assert.Equal(0, await pair.Near.ReadAsync(got.AsMemory()).AsTask().WaitAsync(TestNode.Deadline));
    }

    [Fact]
    public async Task A_read_of_nothing_ends_when_there_is_something_and_takes_none_of_it()
    {
        using var pair = await Pair.ConnectAsync();
        byte[] got = new byte[1];
        for (int i = 0; i < 500; i++)
        {
            Task<int> asked = pair.Near.ReadAsync(Memory<byte>.Empty).AsTask();
            Assert.False(asked.IsCompleted);
            await pair.Far.WriteAsync(new[] { (byte)i });
            Assert.Equal(0, await asked.WaitAsync(TestNode.Deadline));
            Assert.Equal(1, pair.Near.Socket.Available);
            await pair.Near.ReadExactlyAsync(got).AsTask().WaitAsync(TestNode.Deadline);
            Assert.Equal((byte)i, got[0]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_nodes_that_answer_each_other_at_once_lose_nothing(bool tls)
    {
        const int Last = 1000;
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Tls = tls }, prepare: Answering);
        await using TestNode b = await TestNode.StartAsync(TestNode.Options with { Tls = tls }, prepare: Answering);

        a.Send(b.Handle, new Note(0));
        for (int i = 0; i <= Last; i++) Assert.Equal(new Note(i), (await (i % 2 == 0 ? b : a).ReceiveAsync()).Body);
        Assert.Equal(1, a.Engine.Counters.ConnectionsOpen);

        static void Answering(RecordingNode node) => node.OnEvent = (happened, outbox) =>
        {
            if (happened.Body is Note note && note.Number < Last) outbox.Send(happened.From!, new Note(note.Number + 1));
        };
    }

    private static async Task AnswerAsync(WatchfulStream stream)
    {
        byte[] asked = new byte[4];
        while (await stream.ReadAtLeastAsync(asked, asked.Length, throwOnEndOfStream: false) == asked.Length) await stream.WriteAsync(asked);
        stream.Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The two ends of a connection within this process.</summary>
    private sealed record Pair(WatchfulStream Near, WatchfulStream Far) : IDisposable
    {
        public static async Task<Pair> ConnectAsync()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            Socket far = await listener.AcceptSocketAsync();
            far.NoDelay = true;
            return new Pair(new WatchfulStream(near) { Looks = true }, new WatchfulStream(far) { Looks = true });
        }

        public void Dispose()
        {
            Near.Socket.Dispose();
            Far.Socket.Dispose();
            Near.Dispose();
            Far.Dispose();
        }
    }
}
