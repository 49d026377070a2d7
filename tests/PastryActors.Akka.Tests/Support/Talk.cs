using System.Threading.Channels;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Pastry;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Support;

/// <summary>Asks the application to route a note.</summary>
internal sealed record RouteNote(long Id, TimeSpan Timeout, RingId Key, Note Note) : Request(Id, Timeout);

/// <summary>A real node of Pastry on an engine, with an application that writes down what its hooks see.</summary>
internal sealed class TalkingNode : IPastryComponent, INodeListener, IWorkers, IAsyncDisposable
{
    private readonly NodeKey _key = NodeKey.Create();
    private readonly TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<RoutedMessage> _delivered = Channel.CreateUnbounded<RoutedMessage>();
    private IPastryHost _host = null!;

    public TalkingNode(IEngine engine, bool found, params IEnumerable<string> seeds)
    {
        Engine = engine;
        Node = engine.AddNode(new NodeSettings(_key, self => Core(self, found, seeds), this, this, () => 1));
    }

    public IEngine Engine { get; }

    public IEngineNode Node { get; }

    public int Forwarded { get; private set; }

    public int LeafChanges { get; private set; }

    public Task Active => _active.Task.WaitAsync(RecordingNode.Deadline);

    public IEnumerable<MessageKind> Kinds => [new(Note.Number100, nameof(Note), Note.Read)];

    public async Task<RoutedMessage> DeliveredAsync()
    {
        using var deadline = new CancellationTokenSource(RecordingNode.Deadline);
        return await _delivered.Reader.ReadAsync(deadline.Token);
    }

    public void Route(RingId key, Note note) => Assert.True(Node.Post(new RouteNote(1, RecordingNode.Deadline, key, note)));

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _key.Dispose();
    }

    public void Attach(IPastryHost host) => _host = host;

    public void Started()
    {
    }

    public void ActiveChanged(bool active)
    {
        if (active) _active.TrySetResult();
    }

    public bool Forward(ref RoutedMessage message, ref NodeHandle next)
    {
        Forwarded++;
        return true;
    }

    public void Deliver(in RoutedMessage message) => _delivered.Writer.TryWrite(message);

    public void NewLeafs(LeafSetView leafs) => LeafChanges++;

    public bool OnRequest(Request request)
    {
        if (request is not RouteNote route) return false;
        _host.Route(route.Note, route.Key);
        return true;
    }

    public void OnTimer(NodeTimer timer)
    {
    }

    public void OnWorkDone(WorkResult result)
    {
    }

    public void PeerFailed(NodeHandle peer)
    {
    }

    public void OnReply(Reply reply)
    {
    }

    public void OnFact(in Fact fact)
    {
    }

    public void OnRestarting(Exception reason)
    {
    }

    public void OnGivenUp(Exception reason)
    {
    }

    public void Submit(Work work, IWorkCompletion completion) => throw new NotSupportedException("this application has no work");

    private PastryNode Core(NodeHandle self, bool found, IEnumerable<string> seeds)
    {
        ValueList<NodeHandle> known = seeds.Concat(Engine.ContactPoints).Select(static s => new NodeHandle(default, s, 0)).ToValueList();
        return new PastryNode(self, new PastryOptions { LeafSetSize = 8 }, 7, new Contacts(known, [], found), this);
    }
}
