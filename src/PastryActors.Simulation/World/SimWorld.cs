using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Events;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.World;

/// <summary>
/// A world of nodes in one thread and in virtual time: the third engine. It drives pure cores by the duties of
/// <see cref="INodeCore"/>, and everything that chance decides follows from one seed: the same seed and the same calls give the
/// same run, which <see cref="TraceValue"/> proves. Not safe for two threads; worlds do not know each other, so tests may run many.
/// </summary>
public sealed class SimWorld
{
    private readonly EventQueue _queue = new();
    /// <summary>How many events lie between two looks at <see cref="Pulse"/>: some milliseconds of this machine's time.</summary>
    private const int PulseEvents = 1 << 14;

    private readonly List<SimNode> _nodes = [];
    private readonly List<SimNode> _live = [];
    private readonly List<IFactListener> _listeners = [];
    private readonly AskBook _asks;
    private readonly NodeDriver _driver;
    private readonly RandomSource _crashes;
    private bool _isRunning;

    /// <summary>An empty world at time zero.</summary>
    /// <exception cref="ArgumentException">The options are not possible; the message says which.</exception>
    public SimWorld(ulong seed, SimOptions? options = null)
    {
        Seed = seed;
        Options = options ?? new SimOptions();
        if (Options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        Network = new SimNetwork(this, _queue);
        Signer = new SimSigner(seed, Options.Signer);
        _crashes = new RandomSource(Mixing.Of(seed, 0x435241));
        _asks = new AskBook(this);
        _driver = new NodeDriver(this, _queue, _asks, _listeners);
    }

    /// <summary>Decides everything that chance decides.</summary>
    public ulong Seed { get; }

    /// <summary>What the world is like.</summary>
    public SimOptions Options { get; }

    /// <summary>Virtual time.</summary>
    public Instant Now { get; private set; }

    /// <summary>All nodes, up or down, in the order in which they were added.</summary>
    public IReadOnlyList<SimNode> Nodes => _nodes;

    /// <summary>The nodes that are up, in no order that means anything, but the same in every run.</summary>
    public IReadOnlyList<SimNode> Live => _live;

    /// <summary>Rises with every node that starts or stops: who has looked at all nodes need not look again before it does.</summary>
    public long Membership { get; private set; }

    /// <summary>Called now and then while the world runs, for whoever shows progress or wants to stop the run by an exception.</summary>
    public Action? Pulse { get; set; }

    /// <summary>The network: latency, loss, partitions.</summary>
    public SimNetwork Network { get; }

    /// <summary>The keys and signatures of all nodes and owners.</summary>
    public SimSigner Signer { get; }

    /// <summary>What happened so far.</summary>
    public SimCounters Counters { get; } = new();

    /// <summary>Events that wait.</summary>
    public int Waiting => _queue.Count;

    /// <summary>
    /// A hash of all that happened so far: every event with its time, node and argument, every fact and reply, and, with a codec,
    /// the bytes of every message. Two runs with the same value were the same run.
    /// </summary>
    public ulong TraceValue => Trace.Value;

    /// <summary>Raised while a node still has its core, before a crash or an orderly stop takes it away: what a host would have written down can be read then.</summary>
    public event Action<SimNode>? Stopping;

    internal TraceHash Trace { get; } = new();

    /// <summary>Adds a node and starts it now.</summary>
    /// <param name="make">Makes the core, at every start. A factory shared by many nodes costs nothing per node.</param>
    /// <param name="id">The nodeId, if it is not to be the hash of the node's public key.</param>
    /// <param name="owner">Whose key the node's applications insert with, if it is not to be an owner of its own.</param>
    public SimNode AddNode(Func<NodeStart, INodeCore> make, RingId? id = null, int? owner = null)
    {
        int index = _nodes.Count;
        RingId nodeId = id ?? NodeIdentity.NodeIdOf(Signer.PublicKey(SigningKey.Node, index).Span);
        var node = new SimNode(index, new NodeHandle(nodeId, SimAddress.Of(index, 0), 1), owner ?? index, make);
        _nodes.Add(node);
        Start(node);
        return node;
    }

    /// <summary>Adds a node whose core is made from its handle and a seed alone.</summary>
    public SimNode AddNode(Func<NodeHandle, ulong, INodeCore> make, RingId? id = null, int? owner = null) =>
        AddNode(start => make(start.Self, start.Seed), id, owner);

    /// <summary>The power of a node goes: its core, its timers and its work are gone, and what its disk had not acknowledged. Nothing, if it is down.</summary>
    public void Crash(SimNode node)
    {
        Mine(node);
        if (node.IsUp) Stopping?.Invoke(node);
        if (node.IsUp) TakeFromLive(node);
        node.Core = null;
        node.Mailbox = null;
        node.BulkFreeAtTicks = 0;
        node.Disk?.Crash(_crashes);
    }

    /// <summary>Starts a node again, with a higher incarnation; crashes it first if it is up.</summary>
    /// <param name="keepDisk">Whether it comes back with its disk, or with an empty one.</param>
    /// <param name="newAddress">Whether it comes back at another address; the old one is then nobody's.</param>
    public void Restart(SimNode node, bool keepDisk = true, bool newAddress = false)
    {
        Crash(node);
        if (!keepDisk) node.Disk = null;
        if (newAddress) node.Moves++;
        node.Handle = node.Handle with { Address = SimAddress.Of(node.Index, node.Moves), Incarnation = node.Handle.Incarnation + 1 };
        Start(node);
    }

    /// <summary>Stops a node in order: hands it a request to leave, and takes it away at its first reply or after <paramref name="grace"/>. Its disk finishes what it was given.</summary>
    public SimAsk Stop(SimNode node, Request leave, TimeSpan grace)
    {
        SimAsk ask = Ask(node, leave);
        ask.EndsNode = true;
        _queue.Push((Now + grace).Ticks, EventFor(node, SimEventKind.Leave));
        return ask;
    }

    /// <summary>Hands a request to a node, now; its replies are collected. A node that is down never replies.</summary>
    /// <exception cref="InvalidOperationException">The node has an open request of that id.</exception>
    public SimAsk Ask(SimNode node, Request request)
    {
        Mine(node);
        SimAsk ask = _asks.Open(node, request);
        SimEvent asked = EventFor(node, SimEventKind.Request);
        asked.Body = request;
        _queue.Push(Now.Ticks, asked);
        return ask;
    }

    /// <summary>Runs until a request has its first reply, and answers with it; null if there is none after <paramref name="within"/>.</summary>
    public Reply? Await(SimAsk ask, TimeSpan within)
    {
        RunUntil(() => ask.IsAnswered, Now + within);
        return ask.Last;
    }

    /// <summary>A request id that this world has not given out before.</summary>
    public long NextRequestId() => _asks.NextId();

    /// <summary>Forgets a request; later replies to it are counted as stray.</summary>
    public void Forget(SimAsk ask) => _asks.Close(ask);

    /// <summary>Has something done at a moment of the run; a moment that has passed means now.</summary>
    public void At(Instant when, Action action) =>
        _queue.Push(Math.Max(when.Ticks, Now.Ticks), new SimEvent { Kind = SimEventKind.Action, Node = -1, Body = action });

    /// <summary>From now on the node takes <paramref name="perEvent"/> for every event, and what comes meanwhile waits. Zero makes it fast again. A restart does, too.</summary>
    public void Slow(SimNode node, TimeSpan perEvent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perEvent, TimeSpan.Zero);
        Mine(node);
        // A node that is fast already needs no mailbox for it.
        if (node.Mailbox is not null || perEvent > TimeSpan.Zero) (node.Mailbox ??= new Mailbox()).ServiceTicks = perEvent.Ticks;
    }

    /// <summary>The node does nothing for a while, as in a pause of its garbage collector; then it takes all that waited, in order.</summary>
    public void Stall(SimNode node, TimeSpan duration)
    {
        Mine(node);
        Mailbox mailbox = node.Mailbox ??= new Mailbox();
        mailbox.FreeAtTicks = Math.Max(mailbox.FreeAtTicks, (Now + duration).Ticks);
    }

    /// <summary>From now on the listener hears of every fact.</summary>
    public void Listen(IFactListener listener) => _listeners.Add(listener);

    /// <summary>The verdicts of all checkers that listen, in the order in which they began to.</summary>
    public IReadOnlyList<CheckResult> Conclude() => [.. _listeners.OfType<IChecker>().Select(c => c.Conclude(this))];

    /// <summary>Runs until a moment; it is that moment then. <see cref="Instant.Never"/>: until nothing is left to happen.</summary>
    public void Run(Instant until)
    {
        RunWhile(until, null);
        Reach(until);
    }

    /// <summary>Runs for a while.</summary>
    public void RunFor(TimeSpan duration) => Run(Now + duration);

    /// <summary>Runs until something holds, and answers whether it does; false when it does not at the deadline.</summary>
    /// <param name="holds">Asked after every event, or at every <paramref name="every"/> if that is given: dear questions should be asked less often.</param>
    public bool RunUntil(Func<bool> holds, Instant deadline, TimeSpan every = default)
    {
        if (every > TimeSpan.Zero) return RunInStrides(holds, deadline, every);
        if (RunWhile(deadline, holds)) return true;
        Reach(deadline);
        return false;
    }

    /// <summary>Lets the next event happen; false if there is none.</summary>
    public bool Step()
    {
        long before = Counters.Events;
        RunWhile(Instant.Never, () => Counters.Events > before);
        return Counters.Events > before;
    }

    internal SimNode NodeAt(int index) => _nodes[index];

    private void Start(SimNode node)
    {
        node.Core = node.Make(new NodeStart(
            node,
            node.Handle,
            Mixing.Of(Seed, (ulong)node.Index, node.Handle.Incarnation),
            node.Disk?.List() ?? default,
            Signer.PublicKey(SigningKey.Node, node.Index),
            Signer.PublicKey(SigningKey.Owner, node.Owner)));
        node.StartedAt = Now;
        node.LivePlace = _live.Count;
        _live.Add(node);
        Membership++;
        _queue.Push(Now.Ticks, EventFor(node, SimEventKind.Start));
    }

    /// <summary>The last one takes its place: no other moves.</summary>
    private void TakeFromLive(SimNode node)
    {
        SimNode last = _live[^1];
        _live[node.LivePlace] = last;
        last.LivePlace = node.LivePlace;
        _live.RemoveAt(_live.Count - 1);
        node.LivePlace = -1;
        Membership++;
    }

    internal void Leave(SimNode node)
    {
        node.Disk?.Finish();
        Crash(node);
    }

    private bool RunInStrides(Func<bool> holds, Instant deadline, TimeSpan every)
    {
        while (!holds())
        {
            if (Now >= deadline || (deadline == Instant.Never && _queue.Count == 0)) return false;
            Instant next = Now + every;
            Run(next < deadline ? next : deadline);
        }

        return true;
    }

    private void Reach(Instant moment)
    {
        if (moment != Instant.Never && moment > Now) Now = moment;
    }

    private void Mine(SimNode node)
    {
        if (_nodes[node.Index] != node) throw new ArgumentException($"{node} lives in another world", nameof(node));
    }

    /// <summary>The loop: events in their order until a moment, or until something holds. Answers whether it does.</summary>
    private bool RunWhile(Instant until, Func<bool>? holds)
    {
        if (_isRunning) throw new InvalidOperationException("the world runs already: a listener may not run it");
        _isRunning = true;
        try
        {
            while (holds is null || !holds())
            {
                if (!_queue.TryPeek(out long due) || due > until.Ticks) return false;
                _queue.Pop(out SimEvent next);
                Now = new Instant(due);
                if ((++Counters.Events & (PulseEvents - 1)) == 0) Pulse?.Invoke();
                _driver.Happen(ref next);
            }

            return true;
        }
        finally
        {
            _isRunning = false;
        }
    }

    internal static SimEvent EventFor(SimNode node, SimEventKind kind) =>
        new() { Kind = kind, Node = node.Index, Incarnation = node.Handle.Incarnation };
}
