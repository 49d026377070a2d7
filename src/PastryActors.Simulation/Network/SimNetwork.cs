using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Simulation.Events;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Network;

/// <summary>
/// The network of a world: decides for every message whether and when it arrives. Messages of one lane from one node to another
/// arrive in the order sent, or not at all.
/// </summary>
public sealed class SimNetwork
{
    private readonly SimWorld _world;
    private readonly EventQueue _queue;
    private readonly SimOptions _options;
    private readonly RandomSource _random;
    private readonly Jitter _jitter;
    private readonly CodecCheck? _codec;
    private readonly List<Partition> _partitions = [];

    internal SimNetwork(SimWorld world, EventQueue queue)
    {
        (_world, _queue, _options) = (world, queue, world.Options);
        _random = new RandomSource(Mixing.Of(world.Seed, 0x4E4554));
        _jitter = new Jitter(Mixing.Of(world.Seed, 0x4A4954), _options.JitterMax);
        (MessageLoss, Duplication) = (_options.MessageLoss, _options.Duplication);
        _codec = _options.Codec is { } codec ? new CodecCheck(codec) : null;
    }

    /// <summary>Chance, 0 to 1, that a message is lost from now on; at first <see cref="SimOptions.MessageLoss"/>.</summary>
    public double MessageLoss { get; set; }

    /// <summary>Chance, 0 to 1, that a message arrives twice from now on; at first <see cref="SimOptions.Duplication"/>.</summary>
    public double Duplication { get; set; }

    /// <summary>Asked about every message from one node to another: true loses it. For faults that know what they strike; null for none.</summary>
    public Func<Message, bool>? Swallows { get; set; }

    /// <summary>Told of every message that sets out: from whom, and what. For checkers that hold against what is sent what nodes say of themselves.</summary>
    public event Action<SimNode, Effect>? SetsOut;

    /// <summary>Told of every message that a node takes, before it does: who takes it, from whom, and what.</summary>
    public event Action<SimNode, NodeHandle, Message>? Arrives;

    /// <summary>Whether no cut is made at this moment.</summary>
    public bool IsInOnePiece => _partitions.Count == 0;

    /// <summary>Cuts <paramref name="side"/> off from <paramref name="other"/>, or from all others, also those still to come.</summary>
    /// <param name="oneWay">Only what the first side sends is lost.</param>
    public Partition Cut(IEnumerable<SimNode> side, IEnumerable<SimNode>? other = null, bool oneWay = false)
    {
        Partition cut = Describe(side, other, oneWay);
        _partitions.Add(cut);
        return cut;
    }

    /// <summary>Cuts as <see cref="Cut"/> does, at one moment, and heals at another.</summary>
    public Partition CutBetween(Instant start, Instant end, IEnumerable<SimNode> side, IEnumerable<SimNode>? other = null, bool oneWay = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        Partition cut = Describe(side, other, oneWay);
        _world.At(start, () => _partitions.Add(cut));
        _world.At(end, () => Heal(cut));
        return cut;
    }

    /// <summary>Mends a cut. Nothing, if it is mended already.</summary>
    public void Heal(Partition cut) => _partitions.Remove(cut);

    /// <summary>Mends all cuts that are made; those still to come will be made.</summary>
    public void HealAll() => _partitions.Clear();

    /// <summary>Latency from one node to another at this moment, jitter included, load not.</summary>
    public TimeSpan LatencyNow(SimNode from, SimNode to) => TimeSpan.FromTicks(LatencyTicks(from, to, _world.Now.Ticks));

    /// <summary>Takes a message from a core.</summary>
    internal void Send(SimNode from, in Effect send)
    {
        _world.Counters.ContentBytes += send.Content?.Length ?? 0;
        NodeHandle to = send.To!;
        Message message = Encoded(send.Message);
        SimNode? target = Find(to);
        SetsOut?.Invoke(from, send);
        _world.Counters.CountSent(message.Kind, IsNew(from) || (target is not null && IsNew(target)));
        if (target is not null && IsCut(from, target))
        {
            _world.Counters.CountLost(LossReason.Partition);
        }
        else if (target is null)
        {
            _world.Counters.CountLost(LossReason.NobodyThere);
            Hint(from.Index, from.Handle.Incarnation, to, TimeSpan.Zero);
        }
        else if (target == from || !IsLostOnTheWay(from, target, send))
        {
            Carry(from, target, message, send);
        }
    }

    /// <summary>A node is about to take a message.</summary>
    internal void Arrive(SimNode node, NodeHandle from, Message message) => Arrives?.Invoke(node, from, message);

    private bool IsNew(SimNode node) => _world.Now - node.StartedAt < SimCounters.NewcomerTime;

    /// <summary>A message came to where nobody lives any more.</summary>
    internal void Undeliverable(in SimEvent late)
    {
        _world.Counters.CountLost(LossReason.NobodyThere);
        TimeSpan back = OneWay(late.Node, late.Sender);
        Hint(late.Sender, late.From!.Incarnation, late.To!, back);
    }

    private static Partition Describe(IEnumerable<SimNode> side, IEnumerable<SimNode>? other, bool oneWay) =>
        new(side.Select(n => n.Index), other?.Select(n => n.Index), oneWay);

    /// <summary>The node that lives at the address, if it is the one that is meant; an id of zero means whoever lives there.</summary>
    private SimNode? Find(NodeHandle to)
    {
        int index = SimAddress.IndexIn(to.Address);
        if (index < 0 || index >= _world.Nodes.Count) return null;
        SimNode node = _world.NodeAt(index);
        bool livesThere = node.Handle.Address == to.Address;
        return livesThere && (to.Id == node.Id || to.Id == default) ? node : null;
    }

    private Message Encoded(Message message)
    {
        if (_codec is null) return message;
        if (_codec.TryRoundTrip(message, out Message read) is { } problem) throw new SimulationFailedException(problem, _world.Seed, _world.Now);
        _world.Counters.WireBytes += _codec.Written.Length;
        _world.Trace.Add(_codec.Written);
        return read;
    }

    private bool IsCut(SimNode from, SimNode to)
    {
        foreach (Partition partition in _partitions)
        {
            if (partition.Cuts(from.Index, to.Index)) return true;
        }

        return false;
    }

    private bool IsLostOnTheWay(SimNode from, SimNode target, in Effect send)
    {
        if (Happens(MessageLoss) || Swallows?.Invoke(send.Message) == true)
        {
            _world.Counters.CountLost(LossReason.Chance);
            return true;
        }

        if (target.IsUp && !Happens(_options.ConnectionBreak)) return false;
        _world.Counters.CountLost(target.IsUp ? LossReason.Break : LossReason.NobodyThere);
        Hint(from.Index, from.Handle.Incarnation, send.To!, 2 * OneWay(from.Index, target.Index));
        return true;
    }

    private bool Happens(double chance) => chance > 0 && _random.NextDouble() < chance;

    private void Carry(SimNode from, SimNode target, Message message, in Effect send)
    {
        var arrival = new SimEvent
        {
            Kind = SimEventKind.Message,
            Node = target.Index,
            Incarnation = target.Handle.Incarnation,
            Sender = from.Index,
            From = from.Handle,
            To = send.To,
            Body = message,
            Content = send.Content,
            Lane = send.Lane,
        };
        // What a node sends to itself touches no network, but it is an event of its own all the same.
        long leaves = target == from ? _world.Now.Ticks : LeavesAtTicks(from, send);
        long latency = target == from ? 0 : LatencyTicks(from, target, leaves);
        _queue.Push(leaves + latency, arrival);
        if (Happens(Duplication)) _queue.Push(leaves + (2 * latency), arrival);
    }

    /// <summary>When the last byte of a message leaves its sender. Only the content on the bulk lane has to queue for bandwidth.</summary>
    private long LeavesAtTicks(SimNode from, in Effect send)
    {
        long now = _world.Now.Ticks;
        if (send.Lane != Lane.Bulk || _options.BulkBytesPerSecond == 0) return now;
        long takes = (long)((double)(send.Content?.Length ?? 0) * TimeSpan.TicksPerSecond / _options.BulkBytesPerSecond);
        return from.BulkFreeAtTicks = Math.Max(from.BulkFreeAtTicks, now) + takes;
    }

    private long LatencyTicks(SimNode from, SimNode to, long nowTicks) =>
        OneWay(from.Index, to.Index).Ticks + _jitter.Ticks(from.Index, to.Index, nowTicks);

    private TimeSpan OneWay(int from, int to)
    {
        TimeSpan way = _options.Latency.OneWay(from, to);
        return way >= TimeSpan.Zero ? way : throw new SimulationFailedException($"the latency model answers {way}", _world.Seed, _world.Now);
    }

    private void Hint(int sender, uint incarnation, NodeHandle peer, TimeSpan way)
    {
        if (_options.LinkFailedAfter is not { } after) return;
        var hint = new SimEvent { Kind = SimEventKind.LinkFailed, Node = sender, Incarnation = incarnation, From = peer };
        _queue.Push((_world.Now + way + after).Ticks, hint);
    }
}
