using PastryActors.Core.Driving;
using PastryActors.Tcp.Actors;
using PastryActors.Tcp.Connections;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp;

/// <summary>
/// The actor that drives one node's core, as the numbered duties of <see cref="INodeCore"/> ask: one event at a time, its effects
/// carried out in order before the next, and a fresh core after a failure.
/// </summary>
internal sealed class NodeActor : Actor<NodeItem>, IWakeable
{
    /// <summary>A core whose timers are always due again must not keep messages from being handled.</summary>
    private const int TimersAtOnceMax = 64;

    private readonly EngineContext _context;
    private readonly TcpNode _node;
    private readonly NodeSettings _settings;
    private readonly Courier _courier;
    private readonly Supervisor _supervisor;
    private readonly ListenerGuard _listener;
    private readonly RestartCall _restart;
    private readonly Outbox _outbox = new();
    private readonly TimerHeap _timers = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private INodeCore? _core;
    private WorkInbox _inbox;
    private Instant _now;
    private Instant _wakesAt = Instant.Never;
    private volatile bool _stopping;

    public NodeActor(EngineContext context, TcpNode node, NodeSettings settings, Courier courier)
        : base(context.Options.MailboxCapacity)
    {
        (_context, _node, _settings, _courier) = (context, node, settings, courier);
        _supervisor = new Supervisor(context.Options.Supervision);
        _listener = new ListenerGuard(settings.Listener, context.Log, settings.Key.NodeId);
        _restart = new RestartCall(this);
        _inbox = new WorkInbox(this, Generation: 0);
    }

    public int PendingTimers => _timers.Count;

    void IWakeable.WakeUp() => Wake();

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

        _now = MonotonicClock.Now;
        if (_now >= _wakesAt) _wakesAt = Instant.Never;
        if (_core is null) StartCore();
        FireDueTimers();
    }

    protected override void Receive(in NodeItem item)
    {
        if (item.Query is not null)
        {
            item.Query.Answer(_core!);
            return;
        }

        if (item.Generation != 0 && item.Generation != _inbox.Generation)
        {
            _context.DeadLetters.Add(DeadLetterReason.CoreReplaced, item.Event.Body, _node.Handle);
            return;
        }

        _now = MonotonicClock.Now;
        Handle(item.Event);
        if (_timers.Next <= _now) FireDueTimers();
    }

    protected override void TurnEnds()
    {
        if (_stopping) WantsAnotherTurn = !IsClosed;
        Instant next = _timers.Next;
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
        SupervisionDecision decision = _supervisor.OnFailure(MonotonicClock.Now);
        DropCore();
        if (decision.GivesUp)
        {
            _context.Log.NodeGivenUp(failure, _node.Handle.Id, decision.FailuresInWindow);
            Interlocked.Increment(ref _context.Tally.NodesGivenUp);
            _listener.OnGivenUp(failure);
            _node.StopAsync();
            return;
        }

        _context.Log.NodeFailed(failure, _node.Handle.Id, decision.FailuresInWindow, decision.BackOff.TotalMilliseconds);
        Interlocked.Increment(ref _context.Tally.NodeRestarts);
        _listener.OnRestarting(failure);
        _context.Clock.WakeAt(_restart, MonotonicClock.Now + decision.BackOff);
        if (_stopping) Resume();
    }

    protected override void Undelivered(in NodeItem item)
    {
        if (item.Query is { } query) query.Refuse(new InvalidOperationException($"node {_node.Handle.Id} has stopped"));
        else if (item.Event.Kind != NodeEventKind.LinkFailed) _context.DeadLetters.Add(DeadLetterReason.NodeGone, item.Event.Body, _node.Handle);
    }

    private void Stop()
    {
        DropCore();
        Close();
        _stopped.TrySetResult();
    }

    private void DropCore()
    {
        _core = null;
        _outbox.Clear();
        _timers.Clear();
        _wakesAt = Instant.Never;
    }

    private void StartCore()
    {
        _inbox = new WorkInbox(this, _inbox.Generation + 1);
        if (_inbox.Generation > 1) _node.Handle = _node.Handle with { Incarnation = _settings.NextIncarnation() };
        INodeCore core = _settings.CoreFactory(_node.Handle);
        core.Start(_now, _outbox);
        _core = core;
        CarryOut();
    }

    private void Handle(in NodeEvent happened)
    {
        _core!.Handle(happened, _now, _outbox);
        CarryOut();
    }

    private void FireDueTimers()
    {
        for (int i = 0; i < TimersAtOnceMax && _timers.TryTakeDue(_now, out NodeTimer timer); i++)
        {
            Handle(NodeEvent.TimerFired(timer));
            _now = MonotonicClock.Now;
        }
    }

    private void CarryOut()
    {
        foreach (ref readonly Effect effect in _outbox.Effects)
        {
            switch (effect.Kind)
            {
                case EffectKind.Send:
                    _courier.Send(_node, effect.To!, effect.Message, effect.Content, effect.Lane);
                    break;
                case EffectKind.Schedule:
                    _timers.Add(effect.Timer, DueAfter(effect.Delay));
                    break;
                case EffectKind.Work:
                    _settings.Workers.Submit(effect.Work, _inbox);
                    break;
                case EffectKind.Reply:
                    _listener.OnReply(effect.Reply);
                    break;
                case EffectKind.Report:
                    _listener.OnFact(effect.Fact);
                    break;
                default:
                    throw new InvalidOperationException($"effect {effect.Kind} has no meaning");
            }
        }

        _outbox.Clear();
    }

    /// <summary>From the clock as it is now, not as the event began: a core that took long to ask must not be answered early.</summary>
    private static Instant DueAfter(TimeSpan delay) => delay >= TimeSpan.FromDays(3650) ? Instant.Never : MonotonicClock.Now + delay;

    private sealed class RestartCall(NodeActor actor) : IWakeable
    {
        public void WakeUp() => actor.Resume();
    }

    /// <summary>Where the workers of one core put their results: they are owed, so a full mailbox takes them too.</summary>
    private sealed record WorkInbox(NodeActor Actor, int Generation) : IWorkCompletion
    {
        public void Completed(WorkResult result) => Actor.PostOwed(new NodeItem(NodeEvent.WorkDone(result), Generation));
    }
}
