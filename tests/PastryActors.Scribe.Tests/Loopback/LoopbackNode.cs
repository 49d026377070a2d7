using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Loopback;

/// <summary>One node of a <see cref="LoopbackRing"/>: the host of its component, and a record of what the component answered and reported.</summary>
internal sealed class LoopbackNode : IPastryHost
{
    private readonly LoopbackRing _ring;
    private long _nextRequest = 1;
    private long _nextWork = 1;

    public LoopbackNode(LoopbackRing ring, NodeHandle self, ulong seed, LoopbackDisk? disk = null)
    {
        Disk = disk ?? new LoopbackDisk();
        (_ring, Self) = (ring, self);
        Random = new RandomSource(seed);
        LeafSet = new LeafSet(self.Id, 8);
        OwnerKey = System.Text.Encoding.UTF8.GetBytes($"owner of {self.Address}");
        Component = new ScribeComponent(ring.Options, KeyOf(self.Address), OwnerKey, Disk.List());
        Component.Attach(this);
        Component.Started();
    }

    public ScribeComponent Component { get; }

    /// <summary>Whether its id is that of its key: others cannot sign what they publish.</summary>
    public bool CanSign => NodeIdentity.NodeIdOf(KeyOf(Self.Address).Span) == Id;

    public Blob OwnerKey { get; }

    public LoopbackDisk Disk { get; }

    public LeafSet LeafSet { get; }

    public bool IsAlive { get; set; } = true;

    /// <summary>What waits for a node that stands still to go on; null while it runs.</summary>
    public List<Action>? Held { get; set; }

    /// <summary>Of a split ring.</summary>
    public int Side { get; set; }

    public List<Reply> Replies { get; } = [];

    public List<Fact> Facts { get; } = [];

    public List<Work> WorkAsked { get; } = [];

    public int TimersPending { get; private set; }

    public RingId Id => Self.Id;

    public NodeHandle Self { get; }

    public Instant Now => _ring.Now;

    public RandomSource Random { get; }

    public bool IsActive { get; set; }

    public LeafSetView Leafs => new(LeafSet, Self);

    public IReadOnlyList<NodeHandle> Awaited => [];

    public TopicStatus? Status(string topic)
    {
        long id = Ask(n => new DescribeTopics(n, TimeSpan.FromSeconds(1), topic));
        ValueList<TopicStatus> found = Replies.OfType<TopicsDescribed>().Single(r => r.RequestId == id).Topics;
        return found.Count == 0 ? null : found[0];
    }

    public long Subscribe(string topic, int window = 0) => Ask(n => new Subscribe(n, TimeSpan.FromSeconds(30), topic) { Window = window });

    public long SubscribeFrom(string topic, ulong from, int window = 0) => Ask(n => new Subscribe(n, TimeSpan.FromSeconds(30), topic) { From = from, Window = window });

    public long Unsubscribe(long subscription) => Ask(n => new Unsubscribe(n, TimeSpan.FromSeconds(1), subscription));

    public long Publish(string topic, string payload, int timeoutSeconds = 30) =>
        Ask(n => new Publish(n, TimeSpan.FromSeconds(timeoutSeconds), topic, System.Text.Encoding.UTF8.GetBytes(payload)));

    public long Define(string topic, TopicSettings settings, ulong at = 1) => Ask(n => new DefineTopic(n, TimeSpan.FromSeconds(20), topic, settings, at));

    public long Ask(Func<long, Request> request)
    {
        long id = _nextRequest++;
        Assert.True(Component.OnRequest(request(id)));
        return id;
    }

    public Reply? AnswerTo(long request) => Replies.Find(r => r.RequestId == request);

    /// <summary>Number and text of everything that a subscription got, in the order in which it came.</summary>
    public List<(ulong Sequence, string Text)> Received(long subscription)
    {
        var received = new List<(ulong, string)>();
        foreach (TopicMessages run in Replies.OfType<TopicMessages>().Where(r => r.RequestId == subscription))
        {
            for (int i = 0; i < run.Items.Count; i++) received.Add((run.First + (ulong)i, System.Text.Encoding.UTF8.GetString(run.Items[i].Payload.Span)));
        }

        return received;
    }

    public void Activate()
    {
        IsActive = true;
        Component.ActiveChanged(true);
    }

    public void Learn(NodeHandle node)
    {
        if (LeafSet.Add(node)) Component.NewLeafs(Leafs);
    }

    public void Unlearn(NodeHandle dead)
    {
        if (!IsAlive) return;
        Component.PeerFailed(dead);
        if (!LeafSet.Remove(dead.Id)) return;
        foreach (LoopbackNode node in _ring.Alive)
        {
            if (node != this && node.Side == Side && node.Held is null) LeafSet.Add(node.Self);
        }

        LeafSet.CloseRing();
        Component.NewLeafs(Leafs);
    }

    public void Receive(NodeHandle from, Message message, ContentRef? content)
    {
        if (!IsAlive || IsHeld(() => Receive(from, message, content))) return;
        Component.Deliver(new RoutedMessage { Key = Id, Source = from, Payload = message, Content = content, Direct = true });
    }

    public bool PassesForward(NodeHandle source, ref Message message, RingId key, int hops, ref NodeHandle next)
    {
        var routed = new RoutedMessage { Key = key, Source = source, Payload = message, Hops = hops };
        bool passes = Component.Forward(ref routed, ref next);
        message = routed.Payload;
        return passes;
    }

    public void DeliverRouted(NodeHandle source, Message message, RingId key, int hops) =>
        Component.Deliver(new RoutedMessage { Key = key, Source = source, Payload = message, Hops = hops });

    public void Route(Message message, RingId key) => _ring.After(TimeSpan.Zero, () => _ring.Route(this, Self, message, key, 0));

    public void Send(Message message, NodeHandle to, Lane lane = Lane.Control, ContentRef? content = null) => _ring.Send(this, message, to, lane, content);

    public void Schedule(byte kind, TimeSpan delay, long argument = 0, RingId subject = default)
    {
        TimersPending++;
        _ring.After(delay, () => Fire(new NodeTimer(2, kind, argument, subject)));
    }

    /// <summary>Whether the node stands still; then the action waits.</summary>
    public bool IsHeld(Action action)
    {
        Held?.Add(action);
        return Held is not null;
    }

    private void Fire(NodeTimer timer)
    {
        if (IsHeld(() => Fire(timer))) return;
        TimersPending--;
        if (IsAlive) Component.OnTimer(timer);
    }

    public long NextWorkId() => _nextWork++;

    public void Do(Work work)
    {
        WorkAsked.Add(work);
        _ring.After(work is VerifyContents ? _ring.CheckTime : TimeSpan.FromMilliseconds(work is StoreWrite ? 1 + (3 * _ring.Random.NextDouble()) : 1), () =>
        {
            // A node that dies loses what its disk had not written yet.
            if (IsAlive) Done(ResultOf(work));
        });
    }

    private void Done(WorkResult result)
    {
        if (!IsAlive || IsHeld(() => Done(result))) return;
        Component.OnWorkDone(result);
    }

    public static Blob KeyOf(string address) => System.Text.Encoding.UTF8.GetBytes($"key of {address}");

    /// <summary>A signature that anybody could make: the digest and the hash of the key.</summary>
    public static Blob SignatureOf(Blob key, Hash256 digest)
    {
        byte[] value = new byte[2 * Hash256.SizeBytes];
        digest.WriteTo(value);
        Hash256.Of(key.Span).WriteTo(value.AsSpan(Hash256.SizeBytes));
        return value;
    }

    private WorkResult ResultOf(Work work) => work switch
    {
        Sign sign => new Signed(sign.Id, new BatchSignature(SignatureOf(OwnerKey, sign.Digest), 0, default)),
        SignContents sign => SignContents(sign),
        Verify verify => new Verified(verify.Id, verify.Claims.All(IsGood)),
        VerifyContents verify => verify.Judge(IsGood),
        StoreWrite or StoreRead or StoreRemove => Disk.Do(work),
        ArchiveSegment archive => _ring.Archive.Store(archive),
        FetchSegment fetch => _ring.Archive.Fetch(fetch),
        DropSegment drop => _ring.Archive.Drop(drop),
        _ => throw new ArgumentException($"no worker does {work.GetType().Name}", nameof(work)),
    };

    private ContentsSigned SignContents(SignContents work)
    {
        var statement = ContentStatement.Of(work.Head, work.Contents);
        return new ContentsSigned(work.Id, statement.Hashes, new BatchSignature(SignatureOf(KeyOf(Self.Address), statement.Digest()), 0, default));
    }

    private static bool IsGood(SignatureClaim claim) => claim.Signature.Value == SignatureOf(claim.PublicKey, claim.Digest);

    public void Reply(Reply reply) => Replies.Add(reply);

    public void Report(Fact fact) => Facts.Add(fact);

    public IEnumerable<NodeHandle> NextHops(RingId key) => [];

    public TimeSpan? RoundTrip(NodeHandle peer) => null;
}
