using PastryActors.Core.Driving;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Routing;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Node;

/// <summary>Questions about the overlay that are asked on this node.</summary>
public sealed class PeerQueriesTests
{
    private const ulong FirstTag = (1UL << 63) + 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(9);
    private static readonly TracedHop Here = new(Bench.Self, 0);

    private readonly Bench _bench = new Bench().WithLeafs(0x60, 0x70, 0x90, 0xa0);
    private readonly PeerQueries _queries;
    private readonly Router _router;

    public PeerQueriesTests()
    {
        _bench.Context.IsActive = true;
        _queries = new PeerQueries(_bench.Context);
        _router = new Router(_bench.Context, _bench.Prober, _ => _queries);
    }

    [Fact]
    public void A_node_is_described_by_its_own_answer()
    {
        Assert.Equal(
            [Armed(OverlayTimer.QueryTimeout, Timeout, unchecked((long)FirstTag)), Sent(Peers.Of(0x90), new StateRequest(StatePart.LeafSet, 0, FirstTag))],
            Ask(new DescribePeer(5, Timeout, Peers.Of(0x90))));
        Assert.Equal([Answered(new PeerDescribed(5, Peers.Of(0x90), true, [Peers.Of(1)], [Peers.Of(2)]))], State(0x90, FirstTag));
        Assert.Empty(State(0x90, FirstTag));
    }

    [Fact]
    public void Another_node_cannot_answer_for_it()
    {
        Ask(new DescribePeer(5, Timeout, Peers.Of(0x90)));
        Assert.Empty(State(0x91, FirstTag));
        Assert.Single(State(0x90, FirstTag));
    }

    [Fact]
    public void The_answers_to_other_machines_questions_are_left_to_them()
    {
        Assert.False(_queries.OnState(Peers.Of(1), new StateReply(StatePart.LeafSet, 0, 1, true, 0, [], [])));
        Assert.True(_queries.OnState(Peers.Of(1), new StateReply(StatePart.LeafSet, 0, FirstTag, true, 0, [], [])));
    }

    [Fact]
    public void A_trace_is_routed_with_every_hop_and_its_round_trip_written_down()
    {
        _bench.Context.Trips.Measured(Peers.Id(0x90), TimeSpan.FromMilliseconds(3), _bench.Now);
        Effect[] effects = Ask(new TraceRoute(5, Timeout, Peers.Id(0x91)));
        var routed = (Routed)effects[^1].Message;
        Assert.Equal((Peers.Of(0x90), new RouteTrace(FirstTag, false, [Here, new TracedHop(Peers.Of(0x90), 3000)])), (effects[^1].To, routed.Payload));
    }

    [Fact]
    public void The_root_of_a_trace_sends_it_back_to_where_it_came_from()
    {
        var trace = new RouteTrace(9, false, [new TracedHop(Peers.Of(1), 0), Here]);
        var hop = new Routed(Peers.Id(0x81), Peers.Of(1), 2, 0, trace);
        Assert.Contains(Sent(Peers.Of(1), trace with { IsAnswer = true }), _bench.Do(() => _router.OnRouted(Peers.Of(0x70), hop)));
    }

    [Fact]
    public void The_answer_of_the_root_answers_the_request_once()
    {
        Ask(new TraceRoute(5, Timeout, Peers.Id(0x91)));
        var answer = new RoutedMessage { Key = Bench.Self.Id, Source = Peers.Of(0x90), Payload = new RouteTrace(FirstTag, true, [Here]), Direct = true };
        Assert.Equal([Answered(new RouteTraced(5, [Here]))], _bench.Do(() => _queries.Deliver(answer)));
        Assert.Empty(_bench.Do(() => _queries.Deliver(answer)));
    }

    [Fact]
    public void What_nobody_answers_fails_when_its_time_is_up_and_says_what_it_waited_for()
    {
        Ask(new DescribePeer(5, Timeout, Peers.Of(0x90)));
        Ask(new TraceRoute(6, Timeout, Peers.Id(0x91)));
        Assert.Equal([Answered(new Failed(5, FailureCode.TimedOut, $"node {Peers.Id(0x90)} did not answer within 9 s"))], TimeUp(FirstTag));
        Assert.Equal([Answered(new Failed(6, FailureCode.TimedOut, $"the route to {Peers.Id(0x91)} did not answer within 9 s"))], TimeUp(FirstTag + 1));
        Assert.Empty(TimeUp(FirstTag));
    }

    [Fact]
    public void Too_many_questions_at_once_are_refused()
    {
        for (int i = 0; i < 256; i++) Ask(new DescribePeer(i, Timeout, Peers.Of(0x90)));
        Assert.Equal(
            [Answered(new Failed(999, FailureCode.Busy, "256 questions about the overlay are open already"))],
            Ask(new DescribePeer(999, Timeout, Peers.Of(0x90))));
    }

    [Fact]
    public void Other_requests_are_not_its_own() => Assert.False(_queries.OnRequest(new LeaveRing(1, Timeout), _router));

    private Effect[] Ask(Request request) => _bench.Do(() => Assert.True(_queries.OnRequest(request, _router)));

    private Effect[] State(int from, ulong tag) =>
        _bench.Do(() => _queries.OnState(Peers.Of(from), new StateReply(StatePart.LeafSet, 0, tag, true, 0, [Peers.Of(1)], [Peers.Of(2)])));

    private Effect[] TimeUp(ulong tag) => _bench.Do(() => _queries.OnTimeout(tag));
}
