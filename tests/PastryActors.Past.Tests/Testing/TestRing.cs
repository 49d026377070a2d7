using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Tests.Testing;

/// <summary>A message on its way in the test ring; a test may change or swallow it.</summary>
internal sealed record Parcel(NodeHandle From, NodeHandle To, Message Message, ContentRef? Content);

/// <summary>
/// Several PASTs in one process: virtual time, messages of 1 ms that are encoded and decoded on the way, leaf sets that follow the
/// living at once unless a test says otherwise. A route is one hop, from its beginning to its root, unless a hook chooses another.
/// </summary>
internal sealed class TestRing
{
    private static readonly TimeSpan Hop = TimeSpan.FromMilliseconds(1);

    private readonly PriorityQueue<Action, (Instant, long)> _events = new();
    private readonly WireCodec _codec = new(PastKinds.All);
    private readonly int _leafSetSize;
    private long _sequence;
    private long _requestIds;

    public TestRing(int nodes, PastOptions? options = null, int leafSetSize = 8, Func<int, long>? room = null)
    {
        Options = options ?? Fast;
        _leafSetSize = leafSetSize;
        for (int i = 0; i < nodes; i++) Add(room?.Invoke(i) ?? long.MaxValue);
        MeetAll();
        RunFor(TimeSpan.FromSeconds(10));
    }

    public static PastOptions Fast => new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(1),
        OvertakeShareMax = 0.1,
        SyncPeriod = TimeSpan.FromSeconds(4),
        SettleDelay = TimeSpan.FromMilliseconds(200),
        SurplusDelay = TimeSpan.FromSeconds(20),
        CachePolicy = CachePolicy.None,
    };

    public PastOptions Options { get; }

    public Instant Now { get; private set; }

    public List<TestNode> Nodes { get; } = [];

    public IEnumerable<TestNode> Living => Nodes.Where(n => n.IsAlive);

    /// <summary>Sees every message between two nodes; null swallows it.</summary>
    public Func<Parcel, Parcel?> OnTheWay { get; set; } = parcel => parcel;

    /// <summary>What the workers' clocks say.</summary>
    public long WallClockUnixMilliseconds { get; set; }

    public long MessageCount { get; private set; }

    public long MessageBytes { get; private set; }

    public TestNode Add(long roomBytes = long.MaxValue)
    {
        var node = new TestNode(this, $"node-{Nodes.Count}", Options, _leafSetSize) { RoomBytes = roomBytes };
        Nodes.Add(node);
        node.Start();
        return node;
    }

    /// <summary>Everyone sees everyone alive.</summary>
    public void MeetAll()
    {
        foreach (TestNode node in Living.ToArray()) node.See(Living.Where(n => n != node).Select(n => n.Self));
    }

    public void Kill(params TestNode[] nodes)
    {
        foreach (TestNode node in nodes) node.Stop();
        MeetAll();
    }

    public void Restart(TestNode node)
    {
        node.Start();
        MeetAll();
    }

    /// <summary>Inserts small files, each through another node.</summary>
    public List<FileId> Insert(int count, int replicas = 3)
    {
        List<FileId> files = [];
        for (int i = 0; i < count; i++)
        {
            var content = Make.Content($"content {i}");
            ObjectCertificate certificate = Make.File($"file {i}", content, replicas);
            Ask<ObjectInserted>(Nodes[i % Nodes.Count], id => new InsertObject(id, TimeSpan.FromSeconds(30), certificate, content, false));
            files.Add(certificate.File);
        }

        return files;
    }

    /// <summary>The living nodes closest to the object, closest first.</summary>
    public List<TestNode> ClosestTo(FileId id) =>
        [.. Living.OrderBy(n => id.Key.DistanceTo(n.Self.Id)).ThenBy(n => n.Self.Id)];

    public int HolderCount(FileId id) => Living.Count(n => n.Holds(id));

    public T Ask<T>(TestNode node, Func<long, Request> make, double limitSeconds = 120)
        where T : Reply
    {
        Reply reply = Ask(node, make, limitSeconds);
        return reply as T ?? throw new Xunit.Sdk.XunitException($"expected {typeof(T).Name}, got {reply}");
    }

    public Reply Ask(TestNode node, Func<long, Request> make, double limitSeconds = 120)
    {
        Request request = make(++_requestIds);
        Assert.True(node.Past.OnRequest(request));
        RunUntil(() => node.Replies.Exists(r => r.RequestId == request.Id), TimeSpan.FromSeconds(limitSeconds));
        return node.Replies.Single(r => r.RequestId == request.Id);
    }

    public void RunFor(TimeSpan span)
    {
        Instant end = Now + span;
        while (_events.TryPeek(out _, out (Instant At, long) due) && due.At <= end) Step();
        Now = end;
    }

    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        Instant end = Now + limit;
        while (!condition())
        {
            Assert.True(_events.TryPeek(out _, out (Instant At, long) due) && due.At <= end, $"not within {limit.TotalSeconds} virtual seconds");
            Step();
        }
    }

    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, ++_sequence));

    public void Send(TestNode from, Message message, NodeHandle to, ContentRef? content)
    {
        if (to.Id == from.Self.Id)
        {
            After(TimeSpan.Zero, () => Hand(from, new Parcel(from.Self, to, message, content)));
        }
        else if (OnTheWay(new Parcel(from.Self, to, message, content)) is { } parcel)
        {
            Message arrived = Recode(parcel.Message);
            After(Hop, () => Hand(Nodes.Find(n => n.Self.Id == to.Id)!, parcel with { Message = arrived }));
        }
    }

    public void Route(TestNode from, Message message, RingId key)
    {
        Advance(from, new RoutedMessage { Key = key, Source = from.Self, Payload = message });
    }

    private void Advance(TestNode at, RoutedMessage message)
    {
        if (!at.IsAlive) return;
        NodeHandle next = Living.OrderBy(n => message.Key.DistanceTo(n.Self.Id)).First().Self;
        if (!at.Past.Forward(ref message, ref next)) return;
        if (next.Id == at.Self.Id)
        {
            After(TimeSpan.Zero, () => at.Past.Deliver(message));
        }
        else if (OnTheWay(new Parcel(at.Self, next, message.Payload, null)) is not null)
        {
            RoutedMessage arriving = message with { Hops = message.Hops + 1, Payload = Recode(message.Payload) };
            After(Hop, () => Advance(Nodes.Find(n => n.Self.Id == next.Id)!, arriving));
        }
    }

    private static void Hand(TestNode to, Parcel parcel)
    {
        if (!to.IsAlive) return;
        to.Past.Deliver(new RoutedMessage { Key = to.Self.Id, Source = parcel.From, Payload = parcel.Message, Content = parcel.Content, Direct = true });
    }

    private Message Recode(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        MessageCount++;
        MessageBytes += writer.Length;
        return _codec.Read(message.Kind, writer.Written.Span);
    }

    private void Step()
    {
        _events.TryDequeue(out Action? action, out (Instant At, long) due);
        Now = due.At;
        action!();
    }
}
