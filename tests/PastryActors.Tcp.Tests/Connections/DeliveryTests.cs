using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Tests.Support;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_arrives_with_its_content_and_the_proven_sender(bool tls)
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Tls = tls });
        await using TestNode b = await TestNode.StartAsync(TestNode.Options with { Tls = tls });
        byte[] bytes = new byte[1024 * 1024];
        new Random(1).NextBytes(bytes);

        a.Send(b.Handle, new Note(7, "seven"), Lane.Bulk, new MemoryContent(bytes));
        NodeEvent got = await b.ReceiveAsync();

        Assert.Equal(a.Handle, got.From);
        Assert.Equal(new Note(7, "seven"), got.Body);
        var content = Assert.IsType<MemoryContent>(got.Content);
        Assert.Equal(Hash256.Of(bytes), content.Hash);
        Assert.True(content.Bytes.Span.SequenceEqual(bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(300_000)]
    public async Task Content_of_any_size_keeps_its_place_among_messages(int size)
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);

        await a.DoAsync(o =>
        {
            o.Send(b.Handle, new Note(1), Lane.Bulk);
            o.Send(b.Handle, new Note(2), Lane.Bulk, new MemoryContent(bytes));
            o.Send(b.Handle, new Note(3), Lane.Bulk);
        });

        Assert.Null((await b.ReceiveAsync()).Content);
        Assert.Equal(Hash256.Of(bytes), (await b.ReceiveAsync()).Content!.Hash);
        Assert.Equal(new Note(3), (await b.ReceiveAsync()).Body);
    }

    [Fact]
    public async Task Messages_of_a_lane_arrive_in_the_order_sent_also_while_the_connection_is_made()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        const int count = 3000;
        for (int burst = 0; burst < 10; burst++)
        {
            int first = burst * count / 10;
            await a.DoAsync(o =>
            {
                for (int i = first; i < first + (count / 10); i++) o.Send(b.Handle, new Note(i));
            });
        }

        for (int i = 0; i < count; i++) Assert.Equal(new Note(i), (await b.ReceiveAsync()).Body);
    }

    [Fact]
    public async Task Two_that_dial_each_other_at_once_lose_nothing_and_reorder_nothing()
    {
        for (int round = 0; round < 5; round++)
        {
            await using TestNode a = await TestNode.StartAsync();
            await using TestNode b = await TestNode.StartAsync();
            const int count = 200;
            Task fromA = SendMany(a, b.Handle, count);
            Task fromB = SendMany(b, a.Handle, count);
            await Task.WhenAll(fromA, fromB);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(new Note(i), (await a.ReceiveAsync()).Body);
                Assert.Equal(new Note(i), (await b.ReceiveAsync()).Body);
            }

            Assert.Equal(0, a.Engine.DeadLetters.Total + b.Engine.DeadLetters.Total);
        }

        static async Task SendMany(TestNode from, NodeHandle to, int count)
        {
            for (int i = 0; i < count; i++)
            {
                int number = i;
                await from.DoAsync(o => o.Send(to, new Note(number)));
            }
        }
    }

    [Fact]
    public async Task The_bulk_connection_is_made_only_when_something_needs_it()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();

        a.Send(b.Handle, new Note(1));
        await b.ReceiveAsync();
        Assert.Equal(1, a.Engine.Counters.ConnectionsOpen);

        a.Send(b.Handle, new Note(2), Lane.Bulk);
        await b.ReceiveAsync();
        Assert.Equal(2, a.Engine.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task The_answer_takes_the_connection_that_the_question_came_by()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();

        a.Send(b.Handle, new Note(1));
        NodeEvent question = await b.ReceiveAsync();
        b.Send(question.From!, new Note(2));
        await a.ReceiveAsync();

        Assert.Equal(0, b.Engine.Counters.ConnectionsDialled);
        Assert.Equal(1, b.Engine.Counters.ConnectionsAccepted);
    }

    [Fact]
    public async Task Nodes_of_one_process_hand_messages_over_without_encoding()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = TestNode.AddTo(a.Engine);
        var message = new Note(1);
        var content = new MemoryContent(new byte[10]);

        a.Send(b.Handle, message, Lane.Bulk, content);
        NodeEvent got = await b.ReceiveAsync();

        Assert.Same(message, got.Body);
        Assert.Same(content, got.Content);
        Assert.Equal(1, a.Engine.Counters.MessagesLocal);
        Assert.Equal(0, a.Engine.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task Nodes_of_one_process_share_its_connections()
    {
        await using TestNode a1 = await TestNode.StartAsync();
        await using TestNode a2 = TestNode.AddTo(a1.Engine);
        await using TestNode b1 = await TestNode.StartAsync();
        await using TestNode b2 = TestNode.AddTo(b1.Engine);

        a1.Send(b1.Handle, new Note(1));
        Assert.Equal(a1.Handle, (await b1.ReceiveAsync()).From);
        a2.Send(b2.Handle, new Note(2));
        Assert.Equal(a2.Handle, (await b2.ReceiveAsync()).From);

        Assert.Equal(1, a1.Engine.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task A_node_added_later_is_announced_on_connections_that_are_open()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        a.Send(b.Handle, new Note(1));
        await b.ReceiveAsync();

        await using TestNode late = TestNode.AddTo(a.Engine);
        late.Send(b.Handle, new Note(2));
        Assert.Equal(late.Handle, (await b.ReceiveAsync()).From);
        b.Send(late.Handle, new Note(3));
        Assert.Equal(new Note(3), (await late.ReceiveAsync()).Body);

        Assert.Equal(1, a.Engine.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task Peers_hear_that_a_node_has_stopped()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b1 = await TestNode.StartAsync();
        await using TestNode b2 = TestNode.AddTo(b1.Engine);
        a.Send(b2.Handle, new Note(1));
        await b2.ReceiveAsync();

        await b2.Node.StopAsync();

        Assert.Equal(b2.Handle, (await a.LinkFailureAsync()).From);
        a.Send(b2.Handle, new Note(2));
        Assert.Equal(b2.Handle, (await a.LinkFailureAsync()).From);
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
    }
}
