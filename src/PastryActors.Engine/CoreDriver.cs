using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Engine;

/// <summary>What a driver asks of the engine that it stands in. Called on the node's thread; must return at once.</summary>
public interface ICoreHost
{
    /// <summary>Carries one message away, or counts why not. Never blocks, never throws for what a peer or the network does.</summary>
    /// <param name="trace">What caused it, where somebody traces: it is to come out with the message at the other end.</param>
    void Send(NodeHandle to, Message message, ContentRef? content, Lane lane, TraceParent? trace);

    /// <summary>Where the workers of the core numbered <paramref name="generation"/> put their results. They are owed: a full mailbox takes them too.</summary>
    IWorkCompletion CompletionOf(int generation);
}

/// <summary>Takes the results of workers together with what caused the work, which then comes back with the event.</summary>
public interface ITracedCompletion : IWorkCompletion
{
    /// <summary>As <see cref="IWorkCompletion.Completed"/>.</summary>
    void Completed(WorkResult result, TraceParent trace);
}

/// <summary>
/// Drives one node's core inside an engine's actor, as the numbered duties of <see cref="INodeCore"/> ask: one event at a time, its
/// effects carried out in order before the next, timers kept in a heap of its own, and a fresh core after a failure. In: events, and a
/// call when the earliest timer is due. Out: sends to the engine, work to the workers, replies and facts to the listener. Not safe for
/// two threads, except for <see cref="Handle"/> and <see cref="PendingTimers"/>.
/// </summary>
public sealed class CoreDriver
{
    /// <summary>A core whose timers are always due again must not keep messages from being handled.</summary>
    private const int TimersAtOnceMax = 64;

    private readonly NodeSettings _settings;
    private readonly ICoreHost _host;
    private readonly ListenerGuard _listener;
    private readonly Outbox _outbox = new();
    private readonly TimerHeap _timers = new();
    private volatile NodeHandle _handle;
    private INodeCore? _core;
    private IWorkCompletion? _completion;
    private TraceParent? _trace;
    private Instant _now;

    /// <param name="address">The address that peers know the node by.</param>
    public CoreDriver(NodeSettings settings, string address, ICoreHost host, ILogger log)
    {
        (_settings, _host) = (settings, host);
        _listener = new ListenerGuard(settings.Listener, log, settings.Key.NodeId);
        _handle = new NodeHandle(settings.Key.NodeId, address, settings.NextIncarnation());
    }

    /// <summary>The node as peers know it.</summary>
    public NodeHandle Handle => _handle;

    /// <summary>Which core it is, counted from 1; 0 before the first.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether there is a core to take events.</summary>
    public bool HasCore => _core is not null;

    /// <summary>Timers that are pending.</summary>
    public int PendingTimers => _timers.Count;

    /// <summary>When <see cref="FireDueTimers"/> is to be called next; <see cref="Instant.Never"/> without timers.</summary>
    public Instant NextTimer => _timers.Next;

    /// <summary>The listener, guarded against what it throws.</summary>
    public INodeListener Listener => _listener;

    /// <summary>Makes a core with fresh state and starts it; one that replaces another has a higher incarnation.</summary>
    public void Start()
    {
        Generation++;
        _completion = _host.CompletionOf(Generation);
        if (Generation > 1) _handle = _handle with { Incarnation = _settings.NextIncarnation() };
        INodeCore core = _settings.CoreFactory(_handle);
        _now = MonotonicClock.Now;
        core.Start(_now, _outbox);
        _core = core;
        CarryOut();
    }

    /// <summary>Forgets the core, what it wanted done and its timers: they mean nothing to its successor.</summary>
    public void Drop()
    {
        _core = null;
        _outbox.Clear();
        _timers.Clear();
    }

    /// <summary>Hands one event to the core, then the timers that are due.</summary>
    /// <param name="trace">What caused it, where somebody traces.</param>
    public void HandleEvent(in NodeEvent happened, TraceParent? trace = null)
    {
        _now = MonotonicClock.Now;
        if (trace is null) Step(happened);
        else StepTraced(happened, trace);
        if (_timers.Next <= _now) FireTimers();
    }

    /// <summary>Hands over the timers that are due, a bounded number at a time.</summary>
    public void FireDueTimers()
    {
        _now = MonotonicClock.Now;
        FireTimers();
    }

    /// <summary>Answers a question about the core's state.</summary>
    public void Answer(CoreQuery query) => query.Answer(_core!);

    private void FireTimers()
    {
        for (int i = 0; i < TimersAtOnceMax && _timers.TryTakeDue(_now, out NodeTimer timer); i++)
        {
            Step(NodeEvent.TimerFired(timer));
            _now = MonotonicClock.Now;
        }
    }

    private void Step(in NodeEvent happened)
    {
        _core!.Handle(happened, _now, _outbox);
        CarryOut();
    }

    private void StepTraced(in NodeEvent happened, TraceParent trace)
    {
        // The span of a result is that of its work, which has ended; what follows from it has that for its cause.
        using Activity? span = happened.Kind == NodeEventKind.WorkDone ? null : NodeTracer.Begin(happened, trace, _handle.Address);
        _trace = span is null ? trace : TraceParent.Of(span);
        try
        {
            Step(happened);
        }
        finally
        {
            _trace = null;
        }
    }

    private void CarryOut()
    {
        foreach (ref readonly Effect effect in _outbox.Effects)
        {
            switch (effect.Kind)
            {
                case EffectKind.Send:
                    _host.Send(effect.To!, effect.Message, effect.Content, effect.Lane, _trace);
                    break;
                case EffectKind.Schedule:
                    _timers.Add(effect.Timer, DueAfter(effect.Delay));
                    break;
                case EffectKind.Work:
                    _settings.Workers.Submit(effect.Work, _trace is null ? _completion! : new TracedWork(_completion!, effect.Work, _trace, _handle.Address));
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

    /// <summary>A piece of work that is followed: its span ends with it, and is the cause of what comes after.</summary>
    private sealed class TracedWork(IWorkCompletion completion, Work work, TraceParent cause, string node) : IWorkCompletion
    {
        private readonly Activity? _span = NodeTracer.Begin(work, cause, node);

        public void Completed(WorkResult result)
        {
            _span?.Stop();
            if (completion is ITracedCompletion traced) traced.Completed(result, _span is null ? cause : TraceParent.Of(_span));
            else completion.Completed(result);
        }
    }
}
