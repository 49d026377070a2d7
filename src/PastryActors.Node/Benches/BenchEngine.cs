using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;
using PastryActors.Node.Hosting;
using PastryActors.Tcp;

namespace PastryActors.Node.Benches;

/// <summary>An engine with one node that has no ring: the transport's own, as any application would use it.</summary>
internal sealed class BenchEngine : IAsyncDisposable, INodeListener, IWorkers
{
    private readonly TcpEngine _engine;
    private readonly NodeKey _key;
    private TcpNode? _node;
    private TaskCompletionSource<TransportRun> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BenchEngine(TcpEngine engine, NodeKey key) => (_engine, _key) = (engine, key);

    public NodeHandle Self => _node!.Handle;

    public static async Task<BenchEngine> StartAsync(bool tls, Func<NodeHandle, INodeCore> core)
    {
        NodeKey key = NodeKey.Create();
        TcpEngine engine = await TcpEngine.StartAsync(new TcpOptions { Ring = "bench", Tls = tls }, key, NodeComposition.Codec, LoggerFactory.Create(static b => b.SetMinimumLevel(LogLevel.None))).ConfigureAwait(false);
        var bench = new BenchEngine(engine, key);
        bench._node = engine.AddNode(new NodeSettings(key, core, bench, bench, static () => 1));
        return bench;
    }

    /// <summary>One run at a time.</summary>
    public Task<TransportRun> AskAsync(SendRun run, CancellationToken stop)
    {
        _answer = new TaskCompletionSource<TransportRun>(TaskCreationOptions.RunContinuationsAsynchronously);
        _node!.Post(run);
        return _answer.Task.WaitAsync(run.Timeout, stop);
    }

    public void OnReply(Reply reply) => _answer.TrySetResult((TransportRun)reply);

    public void OnFact(in Fact fact)
    {
    }

    public void OnRestarting(Exception reason) => _answer.TrySetException(reason);

    public void OnGivenUp(Exception reason) => _answer.TrySetException(reason);

    public void Submit(Work work, IWorkCompletion completion) => throw new InvalidOperationException("the bench of the transport has no work");

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync().ConfigureAwait(false);
        _key.Dispose();
    }
}
