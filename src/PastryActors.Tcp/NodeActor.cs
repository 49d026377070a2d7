using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Actors;
using PastryActors.Tcp.Connections;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp;

/// <summary>
/// The actor around one node's core: hands what its mailbox holds to the driver, wakes it when a timer is due, and has a failed core
/// replaced as its supervisor decides.
/// </summary>
internal sealed class NodeActor : Actor<NodeItem>, IWakeable, ICoreHost
{
    private readonly EngineContext _context;
    private readonly TcpNode _node;
    private readonly Courier _courier;
    private readonly Supervisor _supervisor;
    private readonly RestartCall _restart;
    private readonly CoreDriver _driver;
    private readonly TurnSends _sends = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Instant _wakesAt = Instant.Never;
    private volatile bool _stopping;

    public NodeActor(EngineContext context, TcpNode node, NodeSettings settings, string address, Courier courier)
        : base(context.Options.MailboxCapacity)
    {
        (_context, _node, _courier) = (context, node, courier);
        _supervisor = new Supervisor(context.Options.Supervision);
        _restart = new RestartCall(this);
        _driver = new CoreDriver(settings, address, this, context.Log);
    }

    public NodeHandle Handle => _driver.Handle;

    public int PendingTimers => _driver.PendingTimers;

    void IWakeable.WakeUp() => Wake();

    void ICoreHost.Send(NodeHandle to, Message message, ContentRef? content, Lane lane, TraceParent? trace) => _courier.Send(_node, to, message, content, lane, trace, _sends);

    IWorkCompletion ICoreHost.CompletionOf(int generation) => new WorkInbox(this, generation);

    /// <summary>Stops after the event at hand.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        Wake();
        Resume();
        return _stopped.Task;
    }

    protected override void TurnBegins()
    {
        if (_stopping)
        {
            Stop();
            return;
        }

        if (MonotonicClock.Now >= _wakesAt) _wakesAt = Instant.Never;
        if (!_driver.HasCore) _driver.Start();
        _driver.FireDueTimers();
    }

    protected override void Receive(in NodeItem item)
    {
        _sends.LeaveIfOld();
        if (item.Query is not null) _driver.Answer(item.Query);
        else if (item.Generation != 0 && item.Generation != _driver.Generation) _context.DeadLetters.Add(DeadLetterReason.CoreReplaced, item.Event.Body, Handle);
        else _driver.HandleEvent(item.Event, item.Trace);
    }

    protected override void TurnEnds()
    {
        _sends.Leave(here: true);
        if (_stopping) WantsAnotherTurn = !IsClosed;
        Instant next = _driver.NextTimer;
        if (next <= MonotonicClock.Now)
        {
            WantsAnotherTurn = true;
        }
        else if (next < _wakesAt)
        {
            _wakesAt = next;
            _context.Clock.WakeAt(this, next);
        }
    }

    protected override void Failed(Exception failure)
    {
        _sends.Leave(here: false);
        SupervisionDecision decision = _supervisor.OnFailure(MonotonicClock.Now);
        DropCore();
        if (decision.GivesUp)
        {
            _context.Log.NodeGivenUp(failure, Handle.Id, decision.FailuresInWindow);
            Interlocked.Increment(ref _context.Tally.NodesGivenUp);
            _driver.Listener.OnGivenUp(failure);
            _node.StopAsync();
            return;
        }

        _context.Log.NodeFailed(failure, Handle.Id, decision.FailuresInWindow, decision.BackOff.TotalMilliseconds);
        Interlocked.Increment(ref _context.Tally.NodeRestarts);
        _driver.Listener.OnRestarting(failure);
        _context.Clock.WakeAt(_restart, MonotonicClock.Now + decision.BackOff);
        if (_stopping) Resume();
    }

    protected override void Undelivered(in NodeItem item)
    {
        if (item.Query is { } query) query.Refuse(new InvalidOperationException($"node {Handle.Id} has stopped"));
        else if (item.Event.Kind != NodeEventKind.LinkFailed) _context.DeadLetters.Add(DeadLetterReason.NodeGone, item.Event.Body, Handle);
    }

    private void Stop()
    {
        DropCore();
        Close();
        _stopped.TrySetResult();
    }

    private void DropCore()
    {
        _driver.Drop();
        _wakesAt = Instant.Never;
    }

    private sealed class RestartCall(NodeActor actor) : IWakeable
    {
        public void WakeUp() => actor.Resume();
    }

    /// <summary>Where the workers of one core put their results: they are owed, so a full mailbox takes them too.</summary>
    private sealed record WorkInbox(NodeActor Actor, int Generation) : ITracedCompletion
    {
        public void Completed(WorkResult result) => Actor.PostOwed(new NodeItem(NodeEvent.WorkDone(result), Generation));

        public void Completed(WorkResult result, TraceParent trace) => Actor.PostOwed(new NodeItem(NodeEvent.WorkDone(result), Generation) { Trace = trace });
    }
}
