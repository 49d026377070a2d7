using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Tcp.Identity;

namespace PastryActors.Tcp.Tests.Support;

/// <summary>A request that runs inside the core.</summary>
internal sealed record Run(Action<TestCore, Outbox> Action) : Request(0, TimeSpan.FromSeconds(5));

/// <summary>A core that does as it is told and writes down what happens to it.</summary>
internal sealed class TestCore(NodeHandle self, TestNode owner) : INodeCore
{
    public NodeHandle Self { get; } = self;

    public void Start(Instant now, Outbox outbox) => owner.OnStart?.Invoke(this, outbox);

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened is { Kind: NodeEventKind.Requested, Body: Run run })
        {
            run.Action(this, outbox);
            return;
        }

        owner.OnEvent?.Invoke(happened, outbox);
        owner.Write(happened);
    }
}

/// <summary>An engine with one node, and what its core saw. Every wait has a deadline.</summary>
internal sealed class TestNode : INodeListener, IWorkers, IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Channel<NodeEvent> _received = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<NodeEvent> _linkFailures = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<NodeEvent> _others = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<Exception> _restarts = Channel.CreateUnbounded<Exception>();
    private readonly Channel<Exception> _givenUp = Channel.CreateUnbounded<Exception>();
    private readonly Channel<Reply> _replies = Channel.CreateUnbounded<Reply>();
    private readonly bool _ownsEngine;

    private TestNode(TcpEngine engine, NodeKey key, bool ownsEngine) => (Engine, Key, _ownsEngine) = (engine, key, ownsEngine);

    public TcpEngine Engine { get; }
    public NodeKey Key { get; }
    public TcpNode Node { get; private set; } = null!;
    public NodeHandle Handle => Node.Handle;

    public Action<TestCore, Outbox>? OnStart { get; set; }
    public Action<NodeEvent, Outbox>? OnEvent { get; set; }
    public Action<Reply>? OnReply { get; set; }
    public Action<Work, IWorkCompletion>? OnWork { get; set; }
    public int Starts;

    public static TcpOptions Options => new() { BackOffMin = TimeSpan.FromMilliseconds(1), BackOffMax = TimeSpan.FromMilliseconds(20) };

    public static async Task<TestNode> StartAsync(TcpOptions? options = null, NodeKey? key = null, uint incarnation = 1, Action<TestNode>? prepare = null)
    {
        key ??= NodeKey.Create();
        TcpEngine engine = await TcpEngine.StartAsync(options ?? Options, key, TestCodec.Instance, NullLoggerFactory.Instance);
        return Add(engine, key, incarnation, prepare, ownsEngine: true);
    }

    public static TestNode AddTo(TcpEngine engine, NodeKey? key = null, uint incarnation = 1, Action<TestNode>? prepare = null) =>
        Add(engine, key ?? NodeKey.Create(), incarnation, prepare, ownsEngine: false);

    private static TestNode Add(TcpEngine engine, NodeKey key, uint incarnation, Action<TestNode>? prepare, bool ownsEngine)
    {
        var test = new TestNode(engine, key, ownsEngine);
        prepare?.Invoke(test);
        test.Node = engine.AddNode(new NodeSettings(key, test.MakeCore, test, test, () => incarnation++));
        return test;
    }

    private TestCore MakeCore(NodeHandle handle)
    {
        Interlocked.Increment(ref Starts);
        return new TestCore(handle, this);
    }

    /// <summary>Has the core put something into its outbox.</summary>
    public void Do(Action<Outbox> action) => Assert.True(Node.Post(new Run((_, outbox) => action(outbox))));

    public void Send(NodeHandle to, Message message, Lane lane = Lane.Control, ContentRef? content = null) => Do(o => o.Send(to, message, lane, content));

    /// <summary>Runs an action inside the core, and waits until it is over.</summary>
    public async Task DoAsync(Action<Outbox> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(o =>
        {
            action(o);
            done.SetResult();
        });
        await done.Task.WaitAsync(Deadline);
    }

    public Task<NodeEvent> ReceiveAsync() => Next(_received);

    public Task<NodeEvent> LinkFailureAsync() => Next(_linkFailures);

    public Task<NodeEvent> OtherEventAsync() => Next(_others);

    public Task<Exception> RestartAsync() => Next(_restarts);

    public Task<Exception> GivenUpAsync() => Next(_givenUp);

    public Task<Reply> ReplyAsync() => Next(_replies);

    public bool HasLinkFailure => _linkFailures.Reader.TryPeek(out _);

    /// <summary>Sends notes until one arrives: for peers that are to find each other again. Gives the first that did.</summary>
    public async Task<NodeEvent> ReachAsync(TestNode receiver, NodeHandle? at = null)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        for (int i = 0; ; i++)
        {
            Send(at ?? receiver.Handle, new Note(i, "reach"));
            await Task.WhenAny(receiver._received.Reader.WaitToReadAsync(deadline.Token).AsTask(), _linkFailures.Reader.WaitToReadAsync(deadline.Token).AsTask());
            if (receiver._received.Reader.TryRead(out NodeEvent arrived)) return arrived;
            _linkFailures.Reader.TryRead(out _);
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownsEngine) await Engine.DisposeAsync();
        else await Node.StopAsync();
        Key.Dispose();
    }

    internal void Write(in NodeEvent happened)
    {
        Channel<NodeEvent> channel = happened.Kind switch
        {
            NodeEventKind.Received => _received,
            NodeEventKind.LinkFailed => _linkFailures,
            _ => _others,
        };
        channel.Writer.TryWrite(happened);
    }

    void INodeListener.OnReply(Reply reply)
    {
        OnReply?.Invoke(reply);
        _replies.Writer.TryWrite(reply);
    }

    void INodeListener.OnFact(in Fact fact)
    {
    }

    void INodeListener.OnRestarting(Exception reason) => _restarts.Writer.TryWrite(reason);

    void INodeListener.OnGivenUp(Exception reason) => _givenUp.Writer.TryWrite(reason);

    void IWorkers.Submit(Work work, IWorkCompletion completion) => OnWork!.Invoke(work, completion);

    private static async Task<T> Next<T>(Channel<T> channel)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await channel.Reader.ReadAsync(deadline.Token);
    }
}

internal static class Eventually
{
    /// <summary>Waits for a counter that the engine changes on its own threads; there is no event to wait on. Fails at the deadline.</summary>
    public static async Task True(Func<bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + (long)TestNode.Deadline.TotalMilliseconds;
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, what);
            await look.WaitForNextTickAsync();
        }
    }
}
