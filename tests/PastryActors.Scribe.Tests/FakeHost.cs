using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Scribe.Tests;

/// <summary>A host that only notes what a component wants: one component alone, events in, effects out.</summary>
internal sealed class FakeHost : IPastryHost
{
    public FakeHost(RingId self, ScribeOptions? options = null, params RingId[] leafs)
    {
        Self = new NodeHandle(self, "self", 1);
        LeafSet = new LeafSet(self, 8);
        foreach (RingId leaf in leafs) LeafSet.Add(Peer(leaf));
        // Tests that choose ids are about something else than signatures: those of SignedTopicTests begin where the key leads.
        Component = new ScribeComponent((options ?? new ScribeOptions()) with { BeginAfter = TimeSpan.Zero, SignMessages = self == NodeIdentity.NodeIdOf(Key.Span) }, Key, default, []);
        Component.Attach(this);
        Component.Started();
    }

    /// <summary>The node's key. A host with its id signs; others have ids that a test chose.</summary>
    public static Blob Key { get; } = "a key"u8.ToArray();

    public ScribeComponent Component { get; }

    public LeafSet LeafSet { get; }

    public List<(Message Message, NodeHandle To, Lane Lane)> Sent { get; } = [];

    public List<(Message Message, RingId Key)> Routed { get; } = [];

    public List<Reply> Replies { get; } = [];

    public List<Fact> Facts { get; } = [];

    public List<Work> Works { get; } = [];

    public List<(NodeTimer Timer, Instant At)> Timers { get; } = [];

    public NodeHandle Self { get; }

    public Instant Now { get; set; } = new(1);

    public RandomSource Random { get; } = new(1);

    public bool IsActive { get; set; } = true;

    public LeafSetView Leafs => new(LeafSet, Self);

    public IReadOnlyList<NodeHandle> Awaited { get; set; } = [];

    public static NodeHandle Peer(RingId id) => new(id, $"peer-{id}", 1);

    /// <summary>Lets time pass; timers fire when they are due.</summary>
    public void Pass(TimeSpan span)
    {
        Instant until = Now + span;
        while (Timers.Count > 0 && Timers.MinBy(t => t.At) is var next && next.At <= until)
        {
            Timers.Remove(next);
            Now = next.At;
            Component.OnTimer(next.Timer);
        }

        Now = until;
    }

    public void Receive(Message message, NodeHandle from) =>
        Component.Deliver(new RoutedMessage { Key = Self.Id, Source = from, Payload = message, Direct = true });

    /// <summary>What was sent since the last call.</summary>
    public List<Message> TakeSent()
    {
        List<Message> sent = Sent.ConvertAll(s => s.Message);
        Sent.Clear();
        return sent;
    }

    public void Route(Message message, RingId key) => Routed.Add((message, key));

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => Sent.Add((message, to, lane));

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) =>
        Timers.Add((new NodeTimer(2, kind, argument, subject), Now + delay));

    public long NextWorkId() => Works.Count + 1;

    public void Do(Work work) => Works.Add(work);

    public void Reply(Reply reply) => Replies.Add(reply);

    public void Report(Fact fact) => Facts.Add(fact);

    public IEnumerable<NodeHandle> NextHops(RingId key) => [];

    public TimeSpan? RoundTrip(NodeHandle peer) => null;
}
