using System.Collections.Concurrent;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Requests;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>A node whose ring is a map in memory, behind a real request table. Answers at once unless a test holds it.</summary>
internal sealed class FakeRing : INodeAccess
{
    public static readonly NodeHandle Self = new(new RingId(1), "127.0.0.1:1", 1);

    private readonly ConcurrentDictionary<string, long> _subscribers = new();

    public FakeRing() => Table = new RequestTable(Post, new RequestTableOptions { SubscriptionQueue = 4 }, TimeProvider.System);

    public RequestTable Table { get; }

    public ConcurrentDictionary<FileId, (ObjectCertificate Certificate, ContentRef Content)> Objects { get; } = new();

    public ConcurrentQueue<InsertObject> Inserts { get; } = new();

    /// <summary>Looks at a request first; a reply of its own ends it.</summary>
    public Func<Request, Reply?> Before { get; set; } = _ => null;

    /// <summary>The node that holds an object in the place of whoever gives the receipt; null for none.</summary>
    public Func<FileId, RingId?> HolderOf { get; set; } = _ => null;

    /// <summary>What every insert and lookup waits for.</summary>
    public Func<Request, Task> Hold { get; set; } = _ => Task.CompletedTask;

    public NodeStatus Status { get; set; } = new() { Self = Self, Active = true, LeafSetComplete = true };

    public ulong LastSequence { get; set; }

    public Task<Reply> AskAsync(Func<long, Request> make, CancellationToken cancellation) => Table.AskAsync(make, cancellation);

    public IAsyncEnumerable<Reply> StreamAsync(Func<long, Request> open, Func<long, long, Request> close, CancellationToken cancellation) =>
        Table.StreamAsync(open, close, cancellation);

    public Task<NodeStatus> StatusAsync(CancellationToken cancellation) => Task.FromResult(Status);

    /// <summary>Whether anyone subscribes to a topic.</summary>
    public bool HasSubscriber(string topic) => _subscribers.ContainsKey(topic);

    private bool Post(Request request)
    {
        Task held = Hold(request);
        if (held.IsCompletedSuccessfully) Answer(request);
        else _ = held.ContinueWith(_ => Answer(request), TaskScheduler.Default);
        return true;
    }

    private void Answer(Request request) => Table.OnReply(Before(request) ?? request switch
    {
        InsertObject insert => Insert(insert),
        LookupObject lookup => Lookup(lookup),
        InspectObject inspect => Inspect(inspect),
        ReclaimObject reclaim => Reclaim(reclaim),
        Publish publish => Publish(publish),
        Subscribe subscribe => Subscribe(subscribe),
        Unsubscribe unsubscribe => Unsubscribe(unsubscribe),
        DefineTopic define => new TopicDefined(define.Id, new TopicCertificate(define.Topic, define.Settings, "key"u8.ToArray(), define.UnixMilliseconds, new BatchSignature(default, 0, default))),
        DescribeTopics topics => new TopicsDescribed(topics.Id, []),
        TraceRoute trace => new RouteTraced(trace.Id, [new TracedHop(Self, 0)]),
        _ => new Failed(request.Id, FailureCode.Invalid, "not known"),
    });

    private ObjectInserted Insert(InsertObject insert)
    {
        Inserts.Enqueue(insert);
        ObjectCertificate c = insert.Certificate;
        Assert.Equal(c.ContentHash, insert.Content.Hash);
        Assert.Null(CertificateRules.Check(c, 1 << 20, 128));
        bool held = !Objects.TryAdd(CertificateRules.ObjectOf(c), (c, insert.Content));
        StoreReceipt[] receipts = [.. Enumerable.Range(0, c.Replicas).Select(i => new StoreReceipt(c.File, c.ContentHash, System.Text.Encoding.ASCII.GetBytes($"{i} {CertificateRules.ObjectOf(c)}"), HolderOf(CertificateRules.ObjectOf(c)), c.Signature))];
        return new ObjectInserted(insert.Id, new(receipts), held ? c.Replicas : 0);
    }

    private Reply Lookup(LookupObject lookup) => Objects.TryGetValue(lookup.Object, out var found)
        ? new ObjectFound(lookup.Id, found.Certificate, found.Content, Self, 1)
        : new Failed(lookup.Id, FailureCode.NotFound, "nobody holds it");

    private ObjectInspected Inspect(InspectObject inspect) => Objects.TryGetValue(inspect.Object, out var found)
        ? new ObjectInspected(inspect.Id, found.Certificate, [new HolderReport(Self, inspect.ReadBack ? HolderState.Verified : HolderState.Held)])
        : new ObjectInspected(inspect.Id, null, []);

    private Reply Reclaim(ReclaimObject reclaim) => Objects.TryRemove(reclaim.Object, out var removed)
        ? new ObjectReclaimed(reclaim.Id, 1, removed.Content.Length, [])
        : new Failed(reclaim.Id, FailureCode.NotFound, "nobody holds it");

    private Published Publish(Publish publish)
    {
        LastSequence++;
        if (_subscribers.TryGetValue(publish.Topic, out long id)) Table.OnReply(new TopicMessages(id, LastSequence, [new TopicItem(Self.Id, publish.Payload)]));
        return new Published(publish.Id, LastSequence);
    }

    private Subscribed Subscribe(Subscribe subscribe)
    {
        _subscribers[subscribe.Topic] = subscribe.Id;
        return new Subscribed(subscribe.Id, LastSequence + 1);
    }

    private Unsubscribed Unsubscribe(Unsubscribe unsubscribe)
    {
        foreach ((string topic, long id) in _subscribers)
        {
            if (id == unsubscribe.Subscription) _subscribers.TryRemove(topic, out _);
        }

        return new Unsubscribed(unsubscribe.Id);
    }
}
