using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Scribe.Requests;

namespace PastryActors.Node.Tests.Access;

public sealed class RequestTableTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private readonly List<Request> _posted = [];

    [Fact]
    public async Task Each_reply_reaches_the_request_that_it_answers()
    {
        RequestTable table = Table();
        Task<Reply> first = table.AskAsync(id => new Publish(id, TimeSpan.FromSeconds(5), "a", default), TestNode.Deadline);
        Task<Reply> second = table.AskAsync(id => new Publish(id, TimeSpan.FromSeconds(5), "b", default), TestNode.Deadline);
        table.OnReply(new Published(_posted[1].Id, 2));
        table.OnReply(new Published(_posted[0].Id, 1));

        Assert.Equal(1UL, ((Published)await first).Sequence);
        Assert.Equal(2UL, ((Published)await second).Sequence);
        Assert.Equal(0, table.OpenRequests);
    }

    [Fact]
    public async Task A_node_that_never_answers_is_answered_for_after_deadline_and_grace()
    {
        RequestTable table = Table();
        Reply reply = await table.AskAsync(id => new Publish(id, Short, "a", default), TestNode.Deadline);

        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(reply).Code);
        Assert.Equal(1, table.TimedOut);
        table.OnReply(new Published(_posted[0].Id, 1));
        Assert.Equal(1, table.Unclaimed);
    }

    [Fact]
    public async Task Beyond_the_bound_a_request_is_refused_as_busy()
    {
        RequestTable table = Table(new RequestTableOptions { RequestsMax = 1, Grace = Short });
        _ = table.AskAsync(id => new Publish(id, TimeSpan.FromSeconds(5), "a", default), TestNode.Deadline);
        Reply refused = await table.AskAsync(id => new Publish(id, Short, "a", default), TestNode.Deadline);

        Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(refused).Code);
        Assert.Single(_posted);
    }

    [Fact]
    public async Task A_full_mailbox_is_said_at_once()
    {
        var table = new RequestTable(_ => false, new RequestTableOptions(), TimeProvider.System);
        Reply refused = await table.AskAsync(id => new Publish(id, TimeSpan.FromHours(1), "a", default), TestNode.Deadline);
        Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(refused).Code);
    }

    [Fact]
    public async Task A_slow_reader_is_cut_off_with_a_reason_after_what_it_may_still_read()
    {
        RequestTable table = Table(new RequestTableOptions { SubscriptionQueue = 2 });
        await using IAsyncEnumerator<Reply> reader = Stream(table).GetAsyncEnumerator();
        ValueTask<bool> first = reader.MoveNextAsync();
        for (ulong i = 1; i <= 10; i++) table.OnReply(new TopicMessages(_posted[0].Id, i, []));
        Assert.True(await first);

        var cut = await Assert.ThrowsAsync<RequestFailedException>(async () =>
        {
            while (await reader.MoveNextAsync())
            {
            }
        });
        Assert.Equal(FailureCode.Busy, cut.Code);
        Assert.Equal(1, table.SlowReaders);
        Assert.Equal(0, table.OpenStreams);
    }

    [Fact]
    public async Task A_reader_that_stops_while_the_mailbox_is_full_unsubscribes_when_there_is_room()
    {
        var unsubscribed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int refused = 0;
        var table = new RequestTable(Post, new RequestTableOptions(), TimeProvider.System);
        await using (IAsyncEnumerator<Reply> reader = Stream(table).GetAsyncEnumerator())
        {
            ValueTask<bool> first = reader.MoveNextAsync();
            table.OnReply(new Subscribed(_posted[0].Id, 1));
            Assert.True(await first);
        }

        await unsubscribed.Task.WaitAsync(TestNode.Deadline);
        Assert.Equal(2, refused);

        bool Post(Request request)
        {
            _posted.Add(request);
            if (request is not Unsubscribe) return true;
            if (refused == 2) return unsubscribed.TrySetResult();
            refused++;
            return false;
        }
    }

    [Fact]
    public async Task A_reader_that_stops_unsubscribes()
    {
        RequestTable table = Table();
        await using (IAsyncEnumerator<Reply> reader = Stream(table).GetAsyncEnumerator())
        {
            ValueTask<bool> first = reader.MoveNextAsync();
            table.OnReply(new Subscribed(_posted[0].Id, 1));
            Assert.True(await first);
        }

        Assert.Equal(_posted[0].Id, Assert.IsType<Unsubscribe>(_posted[1]).Subscription);
        Assert.Equal(0, table.OpenStreams);
    }

    [Fact]
    public async Task A_node_that_was_restarted_leaves_nobody_waiting()
    {
        RequestTable table = Table();
        Task<Reply> ask = table.AskAsync(id => new Publish(id, TimeSpan.FromHours(1), "a", default), TestNode.Deadline);
        await using IAsyncEnumerator<Reply> reader = Stream(table).GetAsyncEnumerator();
        ValueTask<bool> next = reader.MoveNextAsync();
        table.FailAll(FailureCode.NotActive, "restarted");

        Assert.Equal(FailureCode.NotActive, Assert.IsType<Failed>(await ask).Code);
        Assert.Equal(FailureCode.NotActive, (await Assert.ThrowsAsync<RequestFailedException>(async () => await next)).Code);
    }

    private RequestTable Table(RequestTableOptions? options = null) => new(
        request =>
        {
            lock (_posted) _posted.Add(request);
            return true;
        },
        options ?? new RequestTableOptions { Grace = Short },
        TimeProvider.System);

    private static IAsyncEnumerable<Reply> Stream(RequestTable table) => table.StreamAsync(
        id => new Subscribe(id, TimeSpan.FromSeconds(1), "t"), (id, s) => new Unsubscribe(id, TimeSpan.FromSeconds(1), s), TestNode.Deadline);
}
