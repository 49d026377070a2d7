using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Tests.Engines;

/// <summary>What a message may rely on between two nodes.</summary>
public abstract class DeliveryConformance(IEngineUnderTest engines)
{
    [Fact]
    public async Task A_message_arrives_with_its_content_and_the_proven_sender()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
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

    [Fact]
    public async Task A_long_message_arrives_whole()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());

        a.Send(b.Handle, new Note(1, new string('x', 200_000)));
        a.Send(b.Handle, new Note(2));

        Assert.Equal(new Note(1, new string('x', 200_000)), (await b.ReceiveAsync()).Body);
        Assert.Equal(new Note(2), (await b.ReceiveAsync()).Body);
    }


    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(300_000)]
    public async Task Content_of_any_size_keeps_its_place_among_messages(int size)
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
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
    public async Task Messages_of_a_lane_arrive_in_the_order_sent_also_while_the_peer_is_being_reached()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
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
    public async Task Two_that_turn_to_each_other_at_once_lose_nothing_and_reorder_nothing()
    {
        for (int round = 0; round < 5; round++)
        {
            await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
            await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
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

        static async Task SendMany(RecordingNode from, NodeHandle to, int count)
        {
            for (int i = 0; i < count; i++)
            {
                int number = i;
                await from.DoAsync(o => o.Send(to, new Note(number)));
            }
        }
    }

    [Fact]
    public async Task Nodes_of_one_process_hand_messages_over_without_encoding()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = RecordingNode.AddTo(a.Engine);
        var message = new Note(1);
        var content = new MemoryContent(new byte[10]);

        a.Send(b.Handle, message, Lane.Bulk, content);
        NodeEvent got = await b.ReceiveAsync();

        Assert.Same(message, got.Body);
        Assert.Same(content, got.Content);
        Assert.Equal(1, a.Count("messages_local"));
    }

    [Fact]
    public async Task A_node_added_later_reaches_others_and_is_reached()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());
        a.Send(b.Handle, new Note(1));
        await b.ReceiveAsync();

        await using RecordingNode late = RecordingNode.AddTo(a.Engine);
        late.Send(b.Handle, new Note(2));
        Assert.Equal(late.Handle, (await b.ReceiveAsync()).From);
        b.Send(late.Handle, new Note(3));
        Assert.Equal(new Note(3), (await late.ReceiveAsync()).Body);

    }

    [Fact]
    public async Task Peers_hear_that_a_node_has_stopped()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b1 = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b2 = RecordingNode.AddTo(b1.Engine);
        a.Send(b2.Handle, new Note(1));
        await b2.ReceiveAsync();

        await b2.Node.StopAsync();

        Assert.Equal(b2.Handle, (await a.LinkFailureAsync()).From);
        a.Send(b2.Handle, new Note(2));
        Assert.Equal(b2.Handle, (await a.LinkFailureAsync()).From);
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
    }



    [Fact]
    public async Task A_kind_that_is_not_known_costs_only_its_message()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());

        a.Send(b.Handle, new Unlisted());
        a.Send(b.Handle, new Note(1));

        Assert.Equal(new Note(1), (await b.ReceiveAsync()).Body);
        Assert.Equal(1, b.Count("peer_refusals"));
    }

    [Fact]
    public async Task A_malformed_message_costs_only_itself_and_its_content()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds());

        a.Send(b.Handle, new Malformed(), content: new MemoryContent(new byte[50_000]));
        a.Send(b.Handle, new Note(1));

        Assert.Equal(new Note(1), (await b.ReceiveAsync()).Body);
        Assert.Equal(1, b.Count("peer_refusals"));
    }

    [Fact]
    public async Task Messages_nested_without_end_are_malformed_and_end_nothing()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds { MessageBytesMax = 1 << 20 });
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds { MessageBytesMax = 1 << 20 });

        a.Send(b.Handle, new Nest(10));
        a.Send(b.Handle, new Nest(150_000));
        a.Send(b.Handle, new Note(1));

        Assert.Equal(new Nest(10), (await b.ReceiveAsync()).Body);
        Assert.Equal(new Note(1), (await b.ReceiveAsync()).Body);
        Assert.Equal(1, b.Count("peer_refusals"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_written_costs_only_itself()
    {
        await using RecordingNode a = await engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await engines.StartAsync(new EngineNeeds { MessageBytesMax = 2000 });

        await a.DoAsync(o =>
        {
            o.Send(b.Handle, new Unwritable());
            o.Send(b.Handle, new Note(1, new string('x', 3000)));
            o.Send(b.Handle, new Note(2));
        });

        Assert.Equal(new Note(2), (await b.ReceiveAsync()).Body);
        Assert.Equal(2, a.Engine.DeadLetters[DeadLetterReason.NotSendable]);
    }
}
