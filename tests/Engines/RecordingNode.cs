using System.Threading.Channels;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Tests.Engines;

/// <summary>A node of an engine, and what its core saw. Every wait has a deadline.</summary>
public class RecordingNode : INodeListener, IWorkers, IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection may take in tests that are not about that: an engine drops what waits for it longer, and a busy machine must not lose a test's only message so. Less than
    /// <see cref="Deadline"/>, so that a test which waits for the failure hears of it.
    /// </summary>
    public static readonly TimeSpan Patience = Deadline / 2;

    private readonly Channel<NodeEvent> _received = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<NodeEvent> _linkFailures = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<NodeEvent> _others = Channel.CreateUnbounded<NodeEvent>();
    private readonly Channel<Exception> _restarts = Channel.CreateUnbounded<Exception>();
    private readonly Channel<Exception> _givenUp = Channel.CreateUnbounded<Exception>();
    private readonly Channel<Reply> _replies = Channel.CreateUnbounded<Reply>();
    private readonly bool _ownsEngine;
    private int _starts;

    protected RecordingNode(IEngine engine, NodeKey key, bool ownsEngine) => (Engine, Key, _ownsEngine) = (engine, key, ownsEngine);

    public IEngine Engine { get; }
    public NodeKey Key { get; }
    public IEngineNode Node { get; private set; } = null!;
    public NodeHandle Handle => Node.Handle;

    public Action<TestCore, Outbox>? OnStart { get; set; }
    public Action<NodeEvent, Outbox>? OnEvent { get; set; }
    public Action<Reply>? OnReply { get; set; }
    public Action<Work, IWorkCompletion>? OnWork { get; set; }
    public int Starts => Volatile.Read(ref _starts);

    public bool HasLinkFailure => _linkFailures.Reader.TryPeek(out _);

    /// <summary>Runs a node on an engine that is there.</summary>
    public static RecordingNode AddTo(IEngine engine, NodeKey? key = null, uint incarnation = 1, Action<RecordingNode>? prepare = null) =>
        new RecordingNode(engine, key ?? NodeKey.Create(), ownsEngine: false).Started(incarnation, prepare);

    /// <summary>Runs a node on an engine that goes with it.</summary>
    public static RecordingNode Owning(IEngine engine, NodeKey key, uint incarnation = 1, Action<RecordingNode>? prepare = null) =>
        new RecordingNode(engine, key, ownsEngine: true).Started(incarnation, prepare);

    /// <summary>What the engine counts under a name.</summary>
    public long Count(string name)
    {
        var counters = new Dictionary<string, long>();
        Engine.AddTo(counters);
        return counters[name];
    }

    /// <summary>Has the core put something into its outbox.</summary>
    public void Do(Action<Outbox> action) => Assert.True(Node.Post(new Run((_, outbox) => action(outbox))));

    public void Send(NodeHandle to, Message message, Lane lane = Lane.Control, ContentRef? content = null) => Do(o => o.Send(to, message, lane, content));

    /// <summary>Runs an action inside the core, and waits until what it wanted done is done.</summary>
    public async Task DoAsync(Action<Outbox> action)
    {
        Do(action);
        // Effects are carried out after the action and before the next message, which is this one.
        await Node.QueryAsync(static _ => 0, Deadline);
    }

    /// <summary>Keeps the core from handling anything until the gate opens.</summary>
    public async Task HoldAsync(ManualResetEventSlim gate)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(_ =>
        {
            held.SetResult();
            gate.Wait(Deadline);
        });
        await held.Task.WaitAsync(Deadline);
    }

    public Task<NodeEvent> ReceiveAsync() => Next(_received);

    public Task<NodeEvent> LinkFailureAsync() => Next(_linkFailures);

    public Task<NodeEvent> OtherEventAsync() => Next(_others);

    public Task<Exception> RestartAsync() => Next(_restarts);

    public Task<Exception> GivenUpAsync() => Next(_givenUp);

    public Task<Reply> ReplyAsync() => Next(_replies);

    /// <summary>Sends notes until one arrives: for peers that are to find each other again. Gives the first that did.</summary>
    public async Task<NodeEvent> ReachAsync(RecordingNode receiver, NodeHandle? at = null)
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
        GC.SuppressFinalize(this);
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

    protected RecordingNode Started(uint incarnation, Action<RecordingNode>? prepare)
    {
        prepare?.Invoke(this);
        Node = Engine.AddNode(new NodeSettings(Key, MakeCore, this, this, () => incarnation++));
        return this;
    }

    private TestCore MakeCore(NodeHandle handle)
    {
        Interlocked.Increment(ref _starts);
        return new TestCore(handle, this);
    }

    private static async Task<T> Next<T>(Channel<T> channel)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await channel.Reader.ReadAsync(deadline.Token);
    }
}

public static class Eventually
{
    /// <summary>Waits for a counter that the engine changes on its own threads; there is no event to wait on. Fails at the deadline.</summary>
    public static async Task True(Func<bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + (long)RecordingNode.Deadline.TotalMilliseconds;
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, what);
            await look.WaitForNextTickAsync();
        }
    }
}
