using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Tests.Loopback;

/// <summary>
/// A ring of Scribe components in one thread and virtual time. Routing is made by hand: one bit of the key a hop, so that trees have
/// forwarders. A dead node stops receiving at once; the others learn of it after <see cref="DetectionDelay"/>.
/// </summary>
internal sealed class LoopbackRing
{
    private static readonly WireCodec Codec = new(ScribeMessages.Kinds);

    private readonly PriorityQueue<Action, (long Ticks, long Order)> _due = new();
    private readonly Dictionary<(RingId From, RingId To, Lane Lane), long> _lastArrival = [];
    private readonly WireWriter _writer = new();
    private readonly bool _hasKeys;
    private long _order;

    /// <param name="signed">Whether messages are signed: then the ids of nodes are those of their keys.</param>
    /// <param name="byTopic">Whether only those of topics that say so are.</param>
    public LoopbackRing(ulong seed, int nodes, ScribeOptions? options = null, bool signed = false, bool byTopic = false)
    {
        _hasKeys = signed;
        Random = new RandomSource(seed);
        // Nobody comes back here before a topic begins: nothing is gained by waiting.
        Options = (options ?? new ScribeOptions()) with { BeginAfter = TimeSpan.Zero, SignMessages = signed && !byTopic };
        Archive = new LoopbackArchive(() => Now);
        for (int i = 0; i < nodes; i++) Create();
        foreach (LoopbackNode node in Nodes) LearnAll(node);
        foreach (LoopbackNode node in Nodes) node.Activate();
    }

    public RandomSource Random { get; }

    public ScribeOptions Options { get; }

    public LoopbackArchive Archive { get; private set; }

    public List<LoopbackNode> Nodes { get; } = [];

    public Instant Now { get; private set; } = new(1);

    public TimeSpan DetectionDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Chance that a direct message is lost.</summary>
    public double Loss { get; set; }

    /// <summary>Direct messages for which this is true are lost.</summary>
    public Func<LoopbackNode, LoopbackNode, Message, bool>? Cut { get; set; }

    /// <summary>What a node sends in place of a direct message.</summary>
    public Func<LoopbackNode, Message, Message>? Forge { get; set; }

    public long MessagesSent { get; private set; }

    /// <summary>How long a node takes to check signatures.</summary>
    public TimeSpan CheckTime { get; set; } = TimeSpan.FromMilliseconds(1);

    public IEnumerable<LoopbackNode> Alive => Nodes.Where(n => n.IsAlive);

    public LoopbackNode RootOf(RingId key) => Alive.Aggregate((a, b) => key.IsCloser(a.Id, b.Id) ? a : b);

    /// <summary>Adds a node, which everybody knows at once.</summary>
    public LoopbackNode Join(RingId? id = null)
    {
        LoopbackNode joined = Create(id);
        LearnAll(joined);
        joined.Activate();
        foreach (LoopbackNode node in Alive)
        {
            if (node != joined) node.Learn(joined.Self);
        }

        return joined;
    }

    public void Kill(LoopbackNode dead)
    {
        dead.IsAlive = false;
        foreach (LoopbackNode node in Nodes.ToList())
        {
            if (node != dead) After(DetectionDelay, () => node.Unlearn(dead.Self));
        }
    }

    /// <summary>Every process is killed at one moment, and starts again with what is on its disk.</summary>
    public void RestartAll()
    {
        List<LoopbackNode> before = [.. Nodes];
        foreach (LoopbackNode node in before) node.IsAlive = false;
        Nodes.Clear();
        foreach (LoopbackNode node in before)
        {
            Nodes.Add(new LoopbackNode(this, node.Self with { Incarnation = node.Self.Incarnation + 1 }, Random.NextUInt64(), node.Disk));
        }

        foreach (LoopbackNode node in Nodes) LearnAll(node);
        // A node takes its time to join; its journal is read meanwhile.
        After(TimeSpan.FromSeconds(1), () => Nodes.ForEach(n => n.Activate()));
        RunFor(TimeSpan.FromSeconds(2));
    }

    /// <summary>A node stands still for a while: what comes in waits. If it is for longer than the detection delay, the others take it for dead, until it goes on.</summary>
    public void Stall(LoopbackNode node, TimeSpan span)
    {
        node.Held = [];
        foreach (LoopbackNode other in Alive.Where(n => n != node).ToList())
        {
            if (span > DetectionDelay) After(DetectionDelay, () => other.Unlearn(node.Self));
            After(span + TimeSpan.FromMilliseconds(Random.Next(300)), () => other.Learn(node.Self));
        }

        After(span, () =>
        {
            List<Action> held = node.Held;
            node.Held = null;
            foreach (Action action in held) action();
        });
    }

    /// <summary>Cuts the ring in two; after the detection delay each side is a ring of its own.</summary>
    public void Split(Func<LoopbackNode, bool> other)
    {
        foreach (LoopbackNode node in Nodes) node.Side = other(node) ? 1 : 0;
        After(DetectionDelay, () =>
        {
            foreach (LoopbackNode node in Alive)
            {
                foreach (LoopbackNode gone in Alive.Where(n => n.Side != node.Side)) node.Unlearn(gone.Self);
            }
        });
    }

    /// <summary>The two sides see each other again.</summary>
    public void Heal()
    {
        foreach (LoopbackNode node in Nodes) node.Side = 0;
        foreach (LoopbackNode node in Alive)
        {
            foreach (LoopbackNode other in Alive) node.Learn(other.Self);
        }
    }

    public void After(TimeSpan delay, Action action) => _due.Enqueue(action, ((Now + delay).Ticks, _order++));

    public void RunFor(TimeSpan span)
    {
        Instant until = Now + span;
        while (_due.TryPeek(out _, out (long Ticks, long Order) at) && at.Ticks <= until.Ticks)
        {
            Action action = _due.Dequeue();
            if (at.Ticks > Now.Ticks) Now = new Instant(at.Ticks);
            action();
        }

        Now = until;
    }

    /// <summary>Runs until the condition holds; false if it does not within the span.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        Instant until = Now + atMost;
        while (!condition())
        {
            if (Now >= until) return false;
            RunFor(TimeSpan.FromMilliseconds(20));
        }

        return true;
    }

    public void Send(LoopbackNode from, Message message, NodeHandle to, Lane lane, ContentRef? content)
    {
        LoopbackNode? target = Nodes.Find(n => n.Id == to.Id);
        if (target is null || target.Side != from.Side) return;
        MessagesSent++;
        if (target != from && (Random.NextDouble() < Loss || Cut?.Invoke(from, target, message) == true)) return;
        if (target != from && Forge is { } forge) message = forge(from, message);
        Message received = target == from ? message : Copy(message);
        long arrival = (Now + (target == from ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1 + (10 * Random.NextDouble())))).Ticks;
        (RingId, RingId, Lane) link = (from.Id, to.Id, lane);
        arrival = Math.Max(arrival, _lastArrival.GetValueOrDefault(link));
        _lastArrival[link] = arrival;
        _due.Enqueue(() => target.Receive(from.Self, received, content), (arrival, _order++));
    }

    public void Route(LoopbackNode at, NodeHandle source, Message message, RingId key, int hops)
    {
        if (!at.IsAlive || at.IsHeld(() => Route(at, source, message, key, hops))) return;
        NodeHandle next = NextHop(at, key);
        if (!at.PassesForward(source, ref message, key, hops, ref next)) return;
        if (next.Id == at.Id)
        {
            at.DeliverRouted(source, message, key, hops);
            return;
        }

        LoopbackNode target = Nodes.Find(n => n.Id == next.Id)!;
        if (target.Side != at.Side) return;
        Message received = Copy(message);
        After(TimeSpan.FromMilliseconds(1 + (10 * Random.NextDouble())), () => Route(target, source, received, key, hops + 1));
    }

    private static NodeHandle ClosestKnown(LoopbackNode at, RingId key) => at.LeafSet.ClosestTo(key, at.Self);

    private NodeHandle NextHop(LoopbackNode at, RingId key)
    {
        if (at.LeafSet.Covers(key)) return ClosestKnown(at, key);
        int shared = at.Id.SharedPrefixLength(key, 1);
        LoopbackNode? best = null;
        foreach (LoopbackNode node in Alive)
        {
            int prefix = node.Id.SharedPrefixLength(key, 1);
            if (prefix <= shared || node.Side != at.Side || node.Held is not null) continue;
            int bestPrefix = best?.Id.SharedPrefixLength(key, 1) ?? int.MaxValue;
            if (prefix < bestPrefix || (prefix == bestPrefix && (node.Id.Value ^ at.Id.Value) < (best!.Id.Value ^ at.Id.Value))) best = node;
        }

        return best?.Self ?? ClosestKnown(at, key);
    }

    private Message Copy(Message message)
    {
        _writer.Clear();
        message.Write(_writer);
        Message copy = Codec.Read(message.Kind, _writer.Written.Span);
        Assert.Equal(message, copy);
        return copy;
    }

    private LoopbackNode Create(RingId? id = null)
    {
        string address = $"node-{Nodes.Count}";
        id ??= _hasKeys ? NodeIdentity.NodeIdOf(LoopbackNode.KeyOf(address).Span) : Random.NextRingId();
        var node = new LoopbackNode(this, new NodeHandle(id.Value, address, 1), Random.NextUInt64());
        Nodes.Add(node);
        return node;
    }

    private void LearnAll(LoopbackNode node)
    {
        foreach (LoopbackNode other in Alive)
        {
            if (other != node) node.LeafSet.Add(other.Self);
        }
    }
}
