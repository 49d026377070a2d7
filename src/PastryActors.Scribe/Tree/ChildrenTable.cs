using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Tree;

/// <summary>One entry of a children table.</summary>
internal sealed class Child(NodeHandle node)
{
    public NodeHandle Node { get; set; } = node;

    public Instant LastHeard { get; set; }

    /// <summary>That of its last join, to be answered as soon as this node is in the tree itself.</summary>
    public ulong Nonce { get; set; }

    public bool AwaitsAnswer { get; set; }

    public bool HasPosition { get; set; }

    public ulong Have { get; set; }

    /// <summary>When its join was answered; what it says first after that is the other half of a round trip. Null once it has said it.</summary>
    public Instant? AnsweredAt { get; set; }

    /// <summary>The round trip to it; null before it has answered.</summary>
    public TimeSpan? RoundTrip { get; set; }

    /// <summary>Whether it said of itself that it can take children on.</summary>
    public bool HasRoom { get; set; }

    /// <summary>Until when it is given to find the place that it was sent to; it is not named to others as long.</summary>
    public Instant MovesUntil { get; set; }

    /// <summary>What of the stream is on its way to it.</summary>
    public ChildWindow Window { get; } = new();

    /// <summary>
    /// The last number that it is to have by now, of a stream that goes to <paramref name="last"/>: a child that is held back must not take what it was not sent yet for lost.
    /// </summary>
    public ulong SentOf(ulong last) => Window.IsHeld ? Window.HeldFrom - 1 : last;

    /// <summary>Notes that it lives.</summary>
    public void Hear(NodeHandle from, Instant now)
    {
        LastHeard = now;
        if (from.Supersedes(Node)) Node = from;
        if (AnsweredAt is { } answered) (RoundTrip, AnsweredAt) = (now - answered, null);
    }
}

/// <summary>How many children a node has over all topics: what the paper counts as a node's children table entries.</summary>
internal sealed class EntryCount
{
    public int Count { get; set; }
}

/// <summary>
/// The paper's children table of one topic (JSAC 2002, III-B), bounded: entries are soft state that children refresh. A list, because it
/// is walked for every message and searched seldom.
/// </summary>
internal sealed class ChildrenTable(int max, EntryCount entries)
{
    private readonly List<Child> _children = [];
    private int _turn;

    public int Count => _children.Count;

    public bool IsFull => _children.Count >= max;

    public Child this[int index] => _children[index];

    public Child? Find(RingId id)
    {
        foreach (Child child in _children)
        {
            if (child.Node.Id == id) return child;
        }

        return null;
    }

    /// <summary>Adds a child that is not there yet; only while there is room.</summary>
    public Child Add(NodeHandle node)
    {
        var child = new Child(node);
        _children.Add(child);
        entries.Count++;
        return child;
    }

    public bool Remove(RingId id) => Removed(_children.RemoveAll(c => c.Node.Id == id)) > 0;

    /// <summary>Removes the children that were last heard of before <paramref name="before"/>; how many.</summary>
    public int RemoveSilent(Instant before) => Removed(_children.RemoveAll(c => c.LastHeard < before));

    /// <summary>
    /// Children to take a further one on: half of them the nearest, since by way of them it is no farther than straight (the triangle), the
    /// others each in its turn, so that the subtrees grow evenly and full ones are passed over in the end.
    /// </summary>
    public ValueList<Candidate> Candidates(RingId except, Func<Child, bool> fits)
    {
        List<Child> fitting = _children.FindAll(c => c.Node.Id != except && fits(c));
        if (fitting.Count == 0) return default;
        int turn = _turn++ % fitting.Count;
        Child[] near = [.. fitting.OrderBy(static c => c.RoundTrip ?? TimeSpan.MaxValue).Take(Fields.CandidatesMax / 2)];
        IEnumerable<Child> inTurn = fitting.Skip(turn).Concat(fitting.Take(turn)).Except(near);
        return near.Concat(inTurn).Take(Fields.CandidatesMax).Select(static c => new Candidate(c.Node, MicrosOf(c.RoundTrip))).ToValueList();
    }

    /// <summary>The farthest child for which <paramref name="where"/> holds; one that was never measured counts as near.</summary>
    public Child? Farthest(Func<Child, bool> where) => _children.Where(where).MaxBy(static c => c.RoundTrip ?? TimeSpan.Zero);

    /// <summary>The nodes of all children, the nearest first.</summary>
    public ValueList<NodeHandle> Nodes() => _children.OrderBy(static c => c.RoundTrip ?? TimeSpan.MaxValue).Select(static c => c.Node).ToValueList();

    private static uint MicrosOf(TimeSpan? roundTrip) => (uint)Math.Clamp((roundTrip ?? TimeSpan.Zero).TotalMicroseconds, 0, uint.MaxValue);

    private int Removed(int count)
    {
        entries.Count -= count;
        return count;
    }
}
