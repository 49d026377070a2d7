using PastryActors.Core.Driving;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class DeliveryTests
{
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
}
