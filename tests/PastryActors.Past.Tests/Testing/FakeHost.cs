using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Tests.Testing;

/// <summary>A host that only notes what is asked of it.</summary>
internal sealed class FakeHost : IPastryHost
{
    private long _workIds;

    public FakeHost(RingId self, int leafSetSize = 8)
    {
        Self = new NodeHandle(self, "self", 1);
        LeafSet = new LeafSet(self, leafSetSize);
    }

    public LeafSet LeafSet { get; }

    public List<(NodeHandle To, Message Message, Lane Lane, ContentRef? Content)> Sent { get; } = [];

    public List<(Message Message, RingId Key)> Routed { get; } = [];

    public List<(byte Kind, TimeSpan Delay)> Scheduled { get; } = [];

    public List<Work> Works { get; } = [];

    public List<Reply> Replies { get; } = [];

    public List<Fact> Facts { get; } = [];

    public NodeHandle Self { get; }

    public Instant Now { get; set; }

    public RandomSource Random { get; } = new(7);

    public bool IsActive { get; set; } = true;

    public LeafSetView Leafs => new(LeafSet, Self);

    public IReadOnlyList<NodeHandle> Awaited => [];

    public void Route(Message message, RingId key) => Routed.Add((message, key));

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => Sent.Add((to, message, lane, content));

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) => Scheduled.Add((kind, delay));

    public long NextWorkId() => ++_workIds;

    public void Do(Work work) => Works.Add(work);

    public void Reply(Reply reply) => Replies.Add(reply);

    public void Report(Fact fact) => Facts.Add(fact);

    /// <summary>What <see cref="NextHops"/> answers, whatever the key.</summary>
    public List<NodeHandle> Known { get; } = [];

    /// <summary>Measured round trips in milliseconds.</summary>
    public Dictionary<RingId, int> RoundTrips { get; } = [];

    public IEnumerable<NodeHandle> NextHops(RingId key) => Known;

    public TimeSpan? RoundTrip(NodeHandle peer) => RoundTrips.TryGetValue(peer.Id, out int milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>The last work, which must be of this kind.</summary>
    public T LastWork<T>()
        where T : Work => Assert.IsType<T>(Works[^1]);

    /// <summary>The last message sent, which must be of this kind.</summary>
    public T LastSent<T>()
        where T : Message => Assert.IsType<T>(Sent[^1].Message);
}
