using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Tests.Messages;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Node;

/// <summary>The one door: every event finds the machine whose duty it is, or is refused.</summary>
public sealed class PastryNodeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(9);

    private readonly Outbox _outbox = new();
    private readonly Recorder _recorder = new();
    private readonly PastryNode _node;
    private readonly Instant _now = new(TimeSpan.TicksPerDay);

    public PastryNodeTests() => _node = Make(new Contacts([], [], FoundRing: true));

    [Fact]
    public void A_founder_is_active_from_the_start()
    {
        Effect[] effects = Start();
        Assert.Contains(Noted(FactKind.BecameActive, Bench.Self.Id, 0), effects);
        Assert.Equal(["started", "active"], _recorder.Calls);
        Assert.True(_node is { IsActive: true, LeafSetComplete: true });
    }

    [Fact]
    public void Every_kind_of_the_overlay_is_handled_but_a_join_that_was_not_routed()
    {
        var random = new RandomSource(3);
        foreach (MessageKind kind in PastryWire.Kinds)
        {
            var routed = new Routed(Peers.Id(1), Peers.Of(2), 1, 0, new ApplicationMessage(1, default));
            Message message = kind.Number == Routed.Number ? routed : MessageSamples.Of(kind.Number, random);
            PastryNode node = Make(new Contacts([], [], FoundRing: true));
            node.Start(_now, _outbox);
            Effect[] effects = Do(node, NodeEvent.Received(Peers.Of(0x90), message));
            bool refused = effects.Contains(Noted(FactKind.MessageRefused, Peers.Id(0x90), kind.Number));
            Assert.True(refused == (kind.Number == JoinRequest.Number), kind.Name);
        }
    }

    [Fact]
    public void Every_other_kind_is_refused_with_a_fact_and_ends_nothing()
    {
        Start();
        HashSet<byte> known = [.. PastryWire.Kinds.Select(k => k.Number)];
        for (int kind = 0; kind <= byte.MaxValue; kind++)
        {
            if (known.Contains((byte)kind)) continue;
            Assert.Equal([Noted(FactKind.MessageRefused, Peers.Id(1), kind)], Do(NodeEvent.Received(Peers.Of(1), new Stranger((byte)kind))));
        }

        Assert.True(_node.IsActive);
    }

    [Fact]
    public void A_timer_of_no_known_kind_is_an_error_of_the_driver()
    {
        Start();
        Assert.Throws<ArgumentOutOfRangeException>(() => Do(NodeEvent.TimerFired(new NodeTimer(PastryNode.OverlayOwner, byte.MaxValue))));
    }

    [Fact]
    public void Every_kind_of_timer_is_known_whenever_it_comes()
    {
        Start();
        foreach (OverlayTimer kind in Enum.GetValues<OverlayTimer>())
        {
            Do(NodeEvent.TimerFired(new NodeTimer(PastryNode.OverlayOwner, (byte)kind, 12345, Peers.Id(1))));
        }
    }

    [Fact]
    public void Before_it_is_active_a_node_refuses_requests()
    {
        PastryNode node = Make(new Contacts([Peers.Of(1)], [], FoundRing: false));
        node.Start(_now, _outbox);
        foreach (Request request in new Request[] { new Known(3, Timeout), new TraceRoute(3, Timeout, Peers.Id(1)), new DescribePeer(3, Timeout, Peers.Of(1)) })
        {
            Failed failed = Assert.IsType<Failed>(Assert.Single(Do(node, NodeEvent.Requested(request))).Reply);
            Assert.Equal((3, FailureCode.NotActive), (failed.RequestId, failed.Code));
        }
    }

    [Fact]
    public void What_was_begun_while_it_was_active_can_be_gone_on_with_and_ended_when_it_is_not()
    {
        PastryNode node = Joined();
        Do(node, NodeEvent.Received(Peers.Of(0x90), new Leave([])));
        Assert.False(node.IsActive);
        Assert.Empty(Do(node, NodeEvent.Requested(new Later(3, Timeout))));
        Assert.Equal("request 3", _recorder.Calls[^1]);
    }

    [Fact]
    public void A_request_goes_to_the_component_that_knows_it_and_else_is_invalid()
    {
        Start();
        Assert.Empty(Do(NodeEvent.Requested(new Known(3, Timeout))));
        Assert.Equal("request 3", _recorder.Calls[^1]);
        Assert.Equal(
            [Answered(new Failed(4, FailureCode.Invalid, "no application of this node knows Unheard"))],
            Do(NodeEvent.Requested(new Unheard(4, Timeout))));
    }

    [Fact]
    public void Timers_and_work_come_back_to_the_component_that_began_them()
    {
        Start();
        Do(NodeEvent.TimerFired(new NodeTimer(1, 7, 8)));
        long work = _recorder.Host.NextWorkId();
        Do(NodeEvent.WorkDone(new StoreChanged(work, default, StoreStatus.Done)));
        Assert.Equal(["timer 1 7 8", $"work {work}"], _recorder.Calls[^2..]);
        Assert.NotEqual(work, _recorder.Host.NextWorkId());
    }

    [Fact]
    public void A_component_is_handed_what_is_sent_to_it()
    {
        Start();
        Assert.Empty(Do(NodeEvent.Received(Peers.Of(0x90), new ApplicationMessage(5, default))));
        Do(NodeEvent.Received(Peers.Of(0x90), new Routed(Peers.Id(0x81), Peers.Of(2), 1, 0, new ApplicationMessage(6, default))));
        Assert.Equal(["deliver 5 direct", "deliver 6"], _recorder.Calls[^2..]);
    }

    [Fact]
    public void The_leaf_set_is_told_once_for_every_event_that_changed_it()
    {
        Grow(0x60, 0x70, 0x90, 0xa0);
        Assert.Equal(["leafs 1", "leafs 2", "leafs 3", "leafs 4"], _recorder.Calls[^4..]);
        _recorder.Calls.Clear();
        Do(NodeEvent.Received(Peers.Of(0x90), new Leave([])));
        Assert.Equal(["peer failed n90", "leafs 3"], _recorder.Calls);
        _recorder.Calls.Clear();

        // The answer of the outermost shows that nobody else is there: what the other side has fills the short one.
        Effect[] effects = Do(NodeEvent.Received(Peers.Of(0xa0), new LeafSetProbe(ProbePurpose.Answer, true, [], [])));
        Assert.Equal(Noted(FactKind.LeafSetChanged, Bench.Self.Id, 3), Assert.Single(effects, e => e.Kind == EffectKind.Report));
        Assert.Equal(["leafs 3"], _recorder.Calls);
    }

    [Fact]
    public void An_event_that_changes_no_leaf_tells_nobody()
    {
        Grow(0x90);
        _recorder.Calls.Clear();
        Do(NodeEvent.Received(Peers.Of(0x90), new LeafSetProbe(ProbePurpose.Announce, true, [], [])));
        Assert.Empty(_recorder.Calls);
    }

    [Fact]
    public void Who_leaves_tells_its_neighbours_and_takes_no_further_part()
    {
        Grow(0x90, 0x70);
        Assert.Equal(
            [
                Sent(Peers.Of(0x90), new Leave([Peers.Of(0x90), Peers.Of(0x70)])),
                Sent(Peers.Of(0x70), new Leave([Peers.Of(0x90), Peers.Of(0x70)])),
                Noted(FactKind.NodeLeft, Bench.Self.Id, 0),
                Answered(new LeftRing(8)),
            ],
            Do(NodeEvent.Requested(new LeaveRing(8, Timeout))));
        Assert.Equal("inactive", _recorder.Calls[^1]);
        Assert.Empty(Do(NodeEvent.Received(Peers.Of(0x90), new LeafSetProbe(ProbePurpose.Ask, true, [], []))));
        Assert.Empty(Do(NodeEvent.TimerFired(new NodeTimer(PastryNode.OverlayOwner, (byte)OverlayTimer.Heartbeat))));
        Assert.Equal([Answered(new Failed(9, FailureCode.NotActive, "this node has left its ring"))], Do(NodeEvent.Requested(new LeaveRing(9, Timeout))));
    }

    [Fact]
    public void A_node_whose_last_neighbour_leaves_is_sure_of_nothing_any_more_and_looks_for_a_ring()
    {
        PastryNode node = Joined();
        Effect[] effects = Do(node, NodeEvent.Received(Peers.Of(0x90), new Leave([])));
        Assert.Contains(Noted(FactKind.BecameInactive, Bench.Self.Id, 0), effects);
        Assert.False(node.IsActive);
        Assert.Equal("peer failed n90", _recorder.Calls.Single(c => c.StartsWith("peer", StringComparison.Ordinal)));
        Assert.Contains(effects, e => e.Body is StateRequest && e.To == Peers.Of(0x90));
    }

    [Fact]
    public void A_joined_node_is_active_only_when_all_its_leaf_set_has_answered()
    {
        PastryNode node = Make(new Contacts([Peers.Of(0x90)], [], FoundRing: false));
        node.Start(_now, _outbox);
        Do(node, NodeEvent.Received(Peers.Of(0x90), new JoinReply([Peers.Of(0x70)], [])));
        Do(node, NodeEvent.Received(Peers.Of(0x90), new LeafSetProbe(ProbePurpose.Answer, true, [Peers.Of(0x70)], [])));
        Assert.False(node.IsActive);
        Do(node, NodeEvent.Received(Peers.Of(0x70), new LeafSetProbe(ProbePurpose.Answer, true, [Peers.Of(0x90)], [])));
        Assert.True(node.IsActive);
    }

    [Fact]
    public void A_node_that_is_no_member_refuses_the_join_of_another()
    {
        PastryNode node = Make(new Contacts([Peers.Of(1)], [], FoundRing: false));
        node.Start(_now, _outbox);
        Assert.Equal([Sent(Peers.Of(2), new JoinRefused())], Do(node, NodeEvent.Received(Peers.Of(2), JoinOf(2))));
    }

    [Fact]
    public void A_member_that_is_the_root_answers_a_join_with_its_leaf_set_and_the_way()
    {
        Grow(0x90);
        var reply = (JoinReply)Do(NodeEvent.Received(Peers.Of(0x85), JoinOf(0x85))).Single(e => e.Body is JoinReply).Message;
        Assert.Equal([0x90, 0x80], Peers.Names(reply.Leafs));
        Assert.Equal([0x80, 0x90], Peers.Names(reply.Nodes));
    }

    [Fact]
    public void A_part_of_the_state_is_told_to_whoever_asks()
    {
        Grow(0x90, 0x70);
        Assert.Equal(
            [Sent(Peers.Of(1), new StateReply(StatePart.LeafSet, 0, 6, true, 1, [Peers.Of(0x70), Peers.Of(0x90)], [Peers.Of(0x90), Peers.Of(0x70)]))],
            Do(NodeEvent.Received(Peers.Of(1), new StateRequest(StatePart.LeafSet, 0, 6))));
        Assert.Equal(
            [Sent(Peers.Of(1), new StateReply(StatePart.Row, int.MaxValue, 7, true, 1, [], []))],
            Do(NodeEvent.Received(Peers.Of(1), new StateRequest(StatePart.Row, int.MaxValue, 7))));
    }

    [Fact]
    public void A_lost_link_to_a_node_of_the_tables_is_a_suspicion_and_to_any_other_nothing()
    {
        Grow(0x90);
        Assert.Equal(Peers.Of(0x90), Do(NodeEvent.LinkFailed(Peers.Of(0x90)))[0].To);
        Assert.Empty(Do(NodeEvent.LinkFailed(Peers.Of(0x33))));
    }

    [Fact]
    public void A_lost_link_moves_what_waits_for_the_node_and_a_second_one_ends_it()
    {
        Grow(0x60, 0x70, 0x90, 0xa0, 0x10);
        Effect[] sent = Do(NodeEvent.Received(Peers.Of(0x90), new Routed(Peers.Id(0x1f), Peers.Of(2), 1, 0, new ApplicationMessage(6, default))));
        Assert.Equal(Peers.Of(0x10), Assert.Single(sent, e => e.Body is Routed).To);
        Effect[] moved = Do(NodeEvent.LinkFailed(Peers.Of(0x10)));
        Assert.Equal(Peers.Of(0x60), Assert.Single(moved, e => e.Body is Routed).To);
        Assert.Equal(Peers.Of(0x10), Assert.Single(moved, e => e.Body is DistanceProbe).To);
        Assert.Contains(Noted(FactKind.NodeFailed, Peers.Id(0x10)), Do(NodeEvent.LinkFailed(Peers.Of(0x10))));
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_with_what_is_wrong_with_them()
    {
        Assert.Null(new PastryOptions().Problem());
        PastryOptions good = new();
        foreach (PastryOptions bad in new[]
        {
            good with { DigitBits = 0 },
            good with { DigitBits = 9 },
            good with { LeafSetSize = 5 },
            good with { LeafSetSize = 2 },
            good with { NeighbourhoodSize = 0 },
            good with { ProbeRetries = -1 },
            good with { HopTimeoutMin = good.HopTimeoutMax * 2 },
        })
        {
            Assert.NotNull(bad.Problem());
            Assert.Throws<ArgumentException>(() => new PastryNode(Bench.Self, bad, 1, new Contacts([], [], FoundRing: true)));
        }
    }

    [Fact]
    public void No_more_components_than_a_work_id_can_name()
    {
        Recorder[] sixteen = [.. Enumerable.Range(0, 16).Select(_ => new Recorder())];
        Assert.Throws<ArgumentOutOfRangeException>(() => new PastryNode(Bench.Self, Bench.Options, 1, new Contacts([], [], FoundRing: true), sixteen));
    }

    private static Routed JoinOf(int joiner) => new(Peers.Id(joiner), Peers.Of(joiner), 1, 0, new JoinRequest(Peers.Of(joiner), 0, []));

    private PastryNode Make(Contacts contacts) => new(Bench.Self, Bench.Options, 1, contacts, _recorder);

    private PastryNode Joined()
    {
        PastryNode node = Make(new Contacts([Peers.Of(0x90)], [], FoundRing: false));
        node.Start(_now, _outbox);
        Do(node, NodeEvent.Received(Peers.Of(0x90), new JoinReply([], [])));
        Do(node, NodeEvent.Received(Peers.Of(0x90), new LeafSetProbe(ProbePurpose.Answer, true, [], [])));
        Assert.True(node.IsActive);
        return node;
    }

    private Effect[] Start()
    {
        _outbox.Clear();
        _node.Start(_now, _outbox);
        return _outbox.Effects.ToArray();
    }

    /// <summary>Founds the ring and lets nodes speak for themselves.</summary>
    private void Grow(params int[] nodes)
    {
        Start();
        foreach (NodeHandle node in Peers.All(nodes)) Do(NodeEvent.Received(node, new LeafSetProbe(ProbePurpose.Announce, true, [], [])));
    }

    private Effect[] Do(NodeEvent happened) => Do(_node, happened);

    private Effect[] Do(PastryNode node, NodeEvent happened)
    {
        _outbox.Clear();
        node.Handle(happened, _now, _outbox);
        return _outbox.Effects.ToArray();
    }

    private sealed record Unheard(long Id, TimeSpan Timeout) : Request(Id, Timeout);

    private sealed record Stranger(byte Number) : Message
    {
        public override byte Kind => Number;

        public override void Write(WireWriter writer)
        {
        }
    }
}
