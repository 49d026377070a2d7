using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Micro.Operations;

/// <summary>
/// Scribe alone: a publisher, a root and the nodes of subscribers in one thread, every message between two of them encoded and decoded as
/// on a connection. What it costs is what multicast costs without sockets, encryption, threads and mailboxes.
/// </summary>
internal sealed class MulticastRing
{
    /// <summary>How often a message that is published is delivered.</summary>
    public const int Subscribers = SubscriberNodes * SubscribersEach;

    private const string Topic = "micro";
    private const int SubscriberNodes = 4;
    private const int SubscribersEach = 4;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly WireCodec _codec = new(ScribeMessages.Kinds);
    private readonly WireWriter _writer = new();
    private readonly Queue<(Host To, Host From, Message Message)> _underWay = new();
    private readonly PriorityQueue<(Host Host, NodeTimer Timer), long> _timers = new();
    private readonly List<Host> _hosts = [];
    private readonly Host _publisher;
    private Instant _now = new(1);
    private long _requests;
    private long _answered;

    public MulticastRing(DeliveryLevel level)
    {
        for (int i = 0; i < SubscriberNodes + 2; i++) _hosts.Add(new Host(this, i));
        foreach (Host host in _hosts) host.Learn(_hosts);
        foreach (Host host in _hosts) host.Activate();
        RingId topic = TopicName.IdOf(Topic);
        Host root = _hosts.MinBy(h => topic.DistanceTo(h.Self.Id))!;
        _publisher = _hosts.First(h => h != root);
        _publisher.Ask(new DefineTopic(NextId(), Timeout, Topic, TopicSettings.Default with { Level = level }, 1));
        Settle();
        foreach (Host host in _hosts.Where(h => h != root && h != _publisher))
        {
            for (int i = 0; i < SubscribersEach; i++) host.Ask(new Subscribe(NextId(), Timeout, Topic));
        }

        Settle();
        Publish(10, new byte[100]);
        if (Delivered != 10 * Subscribers) throw new InvalidOperationException($"{Delivered} messages were delivered");
    }

    /// <summary>Messages that subscribers got.</summary>
    public long Delivered { get; private set; }

    /// <summary>Publishes so many at once and goes on until every one is confirmed and delivered.</summary>
    public void Publish(int count, byte[] payload)
    {
        long goal = _answered + count;
        for (int i = 0; i < count; i++) _publisher.Ask(new Publish(NextId(), Timeout, Topic, payload));
        Deliver();
        while (_answered < goal) Step();
    }

    private long NextId() => ++_requests;

    private void Settle()
    {
        Instant until = _now + TimeSpan.FromSeconds(5);
        while (_now < until) Step();
    }

    private void Step()
    {
        Deliver();
        if (!_timers.TryDequeue(out (Host Host, NodeTimer Timer) due, out long ticks)) return;
        _now = new Instant(Math.Max(ticks, _now.Ticks));
        due.Host.Fire(due.Timer);
    }

    private void Deliver()
    {
        while (_underWay.TryDequeue(out (Host To, Host From, Message Message) next)) next.To.Receive(next.From.Self, next.Message);
    }

    private void Carry(Host from, Host to, Message message)
    {
        _writer.Clear();
        message.Write(_writer);
        _underWay.Enqueue((to, from, from == to ? message : _codec.Read(message.Kind, _writer.Written.Span)));
    }

    private sealed class Host : IPastryHost
    {
        private readonly MulticastRing _ring;
        private readonly ScribeComponent _component;
        private readonly LeafSet _leafs;
        private long _work;

        public Host(MulticastRing ring, int number)
        {
            _ring = ring;
            Self = new NodeHandle(Hash256.Of([(byte)number]).Truncated, $"node-{number}", 1);
            Random = new RandomSource((ulong)number + 1);
            _leafs = new LeafSet(Self.Id, 16);
            _component = new ScribeComponent(new ScribeOptions { BeginAfter = TimeSpan.Zero, SignMessages = false }, new byte[] { 1 }, new byte[] { 1 }, []);
            _component.Attach(this);
            _component.Started();
        }

        public NodeHandle Self { get; }

        public Instant Now => _ring._now;

        public RandomSource Random { get; }

        public bool IsActive { get; private set; }

        public LeafSetView Leafs => new(_leafs, Self);

        public IReadOnlyList<NodeHandle> Awaited => [];

        public void Learn(IEnumerable<Host> hosts)
        {
            foreach (Host host in hosts)
                if (host != this) _leafs.Add(host.Self);
        }

        public void Activate()
        {
            IsActive = true;
            _component.ActiveChanged(true);
        }

        public void Ask(Request request) => _component.OnRequest(request);

        public void Fire(NodeTimer timer) => _component.OnTimer(timer);

        public void Receive(NodeHandle from, Message message) => _component.Deliver(new RoutedMessage { Key = Self.Id, Source = from, Payload = message, Direct = true });

        public void Route(Message message, RingId key)
        {
            NodeHandle next = _leafs.ClosestTo(key, Self);
            var routed = new RoutedMessage { Key = key, Source = Self, Payload = message };
            if (!_component.Forward(ref routed, ref next)) return;
            Host target = _ring._hosts.First(h => h.Self.Id == next.Id);
            var last = new RoutedMessage { Key = key, Source = Self, Payload = routed.Payload, Hops = 1 };
            if (target == this || target._component.Forward(ref last, ref next)) target._component.Deliver(last);
        }

        public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => _ring.Carry(this, _ring._hosts.First(h => h.Self.Id == to.Id), message);

        public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default) => _ring._timers.Enqueue((this, new NodeTimer(2, kind, argument, subject)), (Now + delay).Ticks);

        public long NextWorkId() => ++_work;

        public void Do(Work work) => _component.OnWorkDone(work switch
        {
            Sign sign => new Signed(sign.Id, new BatchSignature(new byte[64], 0, default)),
            Verify verify => new Verified(verify.Id, true),
            StoreWrite write => new StoreChanged(write.Id, write.Object, StoreStatus.Done),
            _ => throw new InvalidOperationException($"no worker does {work.GetType().Name}"),
        });

        public void Reply(Reply reply)
        {
            if (reply is TopicMessages messages) _ring.Delivered += messages.Items.Count;
            else if (reply is Published) _ring._answered++;
            else if (reply is Failed failed) throw new InvalidOperationException(failed.Detail);
        }

        public void Report(Fact fact)
        {
        }

        public IEnumerable<NodeHandle> NextHops(RingId key) => [];

        public TimeSpan? RoundTrip(NodeHandle peer) => null;
    }
}
