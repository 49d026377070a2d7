using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe.Anycasting;

namespace PastryActors.Streams.Tests;

/// <summary>A host that only notes what the component wants, and a group whose anycasts a test answers: events in, effects out.</summary>
internal sealed class FakeHost : IPastryHost, IAnycastGroups
{
    public FakeHost(RingId self, StreamsOptions? options = null, params RingId[] leafs)
    {
        Self = new NodeHandle(self, "self", 1);
        LeafSet = new LeafSet(self, 8);
        foreach (RingId leaf in leafs) LeafSet.Add(Peer(leaf));
        Component = new StreamsComponent(options ?? new StreamsOptions(), () => this);
        Component.Attach(this);
        Component.Started();
    }

    public StreamsComponent Component { get; }

    public LeafSet LeafSet { get; }

    public List<(Message Message, NodeHandle To)> Sent { get; } = [];

    public List<(Message Message, RingId Key)> Routed { get; } = [];

    public List<Reply> Replies { get; } = [];

    public List<Fact> Facts { get; } = [];

    /// <summary>What a member of the group is asked; null while this node is none.</summary>
    public Func<NodeHandle, Blob, bool>? Membership { get; private set; }

    /// <summary>Anycasts that were not answered yet.</summary>
    public List<(Blob Payload, Action<NodeHandle?> Done)> Anycasts { get; } = [];

    public NodeHandle Self { get; }

    public Instant Now { get; set; } = new(1);

    public RandomSource Random { get; } = new(1);

    public bool IsActive { get; set; } = true;

    public LeafSetView Leafs => new(LeafSet, Self);

    public IReadOnlyList<NodeHandle> Awaited => [];

    private List<(NodeTimer Timer, Instant At)> Timers { get; } = [];

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

    /// <summary>A routed message passes here; whether it goes on.</summary>
    public bool Passes(Message message, RingId key, NodeHandle source)
    {
        var routed = new RoutedMessage { Key = key, Source = source, Payload = message };
        NodeHandle next = Peer(key);
        return Component.Forward(ref routed, ref next);
    }

    /// <summary>What was sent of one kind since the last call, and to whom; all else that was sent is forgotten.</summary>
    public List<(T Message, NodeHandle To)> TakeSent<T>()
        where T : Message
    {
        List<(T, NodeHandle)> sent = [.. Sent.Where(static s => s.Message is T).Select(static s => ((T)s.Message, s.To))];
        Sent.Clear();
        return sent;
    }

    public void Route(Message message, RingId key) => Routed.Add((message, key));

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => Sent.Add((message, to));

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) =>
        Timers.Add((new NodeTimer(2, kind, argument, subject), Now + delay));

    public long NextWorkId() => throw new NotSupportedException();

    public void Do(Work work) => throw new NotSupportedException();

    public void Reply(Reply reply) => Replies.Add(reply);

    public void Report(Fact fact) => Facts.Add(fact);

    public IEnumerable<NodeHandle> NextHops(RingId key) => [];

    public TimeSpan? RoundTrip(NodeHandle peer) => null;

    public void Join(string topic, Func<NodeHandle, Blob, bool> takes) => Membership = takes;

    public void Leave(string topic) => Membership = null;

    public void Anycast(string topic, Blob payload, TimeSpan timeout, Action<NodeHandle?> done) => Anycasts.Add((payload, done));
}
