using Akka.Actor;
using PastryActors.Akka.Links;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Akka.Nodes;

/// <summary>
/// The actor around one node's core: every event is a message in its mailbox, handed to the driver one by one; Akka's scheduler wakes it
/// for the earliest timer; its children are the links to peers and the desk that hands work to the workers. When the core throws, the
/// guardian has it restarted with a fresh one, after a wait in which messages are kept.
/// </summary>
internal sealed class PastryNodeActor : UntypedActor, IWithStash, IWithTimers
{
    private readonly EngineState _engine;
    private readonly AkkaNode _node;
    private readonly Dictionary<object, Link> _links = [];
    private IActorRef _workers = ActorRefs.Nobody;
    private Instant _wakesAt = Instant.Never;

    public PastryNodeActor(EngineState engine, AkkaNode node) => (_engine, _node) = (engine, node);

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private CoreDriver Driver => _node.Driver;

    /// <summary>Hands work over. For the driver, while a message is handled.</summary>
    public void Submit(Work work, IWorkCompletion completion) => _workers.Tell(new HandOver(work, completion, Driver.Generation), Self);

    /// <summary>The link to a peer, made if there is none. For the driver, while a message is handled.</summary>
    public Link LinkTo(NodeHandle to)
    {
        object key = to.Id == default ? to.Address : to.Id;
        if (_links.TryGetValue(key, out Link? link) && (link.IsOpen || link.To.Address == to.Address)) return link;
        // A peer that is not reached where it was, and is said to be elsewhere: what waits for the old address will be given up there.
        return _links[key] = Link.Open(Context, _engine, _node, to);
    }

    /// <summary>A link that fails is not made again by itself: the core hears of it, and asks for another when it wants one.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart()
    {
        Prepare();
        Self.Tell(BeginCore.Instance);
    }

    protected override void PostRestart(Exception reason)
    {
        Prepare();
        Timers.StartSingleTimer(BeginCore.Instance, BeginCore.Instance, _node.BackOff);
    }

    protected override void OnReceive(object message)
    {
        if (message is BeginCore)
        {
            Driver.Start();
            Stash.UnstashAll();
        }
        else if (Driver.HasCore)
        {
            Handle(message);
        }
        else
        {
            Stash.Stash();
        }

        ArmTimer();
    }

    private void Prepare()
    {
        _node.Instance = this;
        _workers = Context.ActorOf(Props.Create(() => new WorkDesk(_node.Settings.Workers)).WithDispatcher(Dispatchers.Workers));
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case Happened happened:
                _node.Mailbox.Leave();
                Driver.HandleEvent(happened.Event, happened.Trace);
                break;
            case Finished finished when finished.Generation == Driver.Generation:
                Driver.HandleEvent(NodeEvent.WorkDone(finished.Result), finished.Trace);
                break;
            case Finished late:
                _engine.DeadLetters.Add(DeadLetterReason.CoreReplaced, late.Result, _node.Handle);
                break;
            case Asked asked:
                _node.Mailbox.Leave();
                Driver.Answer(asked.Query);
                break;
            case TimerDue:
                _wakesAt = Instant.Never;
                Driver.FireDueTimers();
                break;
            case LinkEnded ended:
                Forget(ended.Link);
                if (ended.Failed is { } peer) Driver.HandleEvent(NodeEvent.LinkFailed(peer));
                break;
            case LinkIdle idle:
                Forget(idle.Link);
                idle.Link.Close();
                break;
            case WorkRefused refused when refused.Generation == Driver.Generation:
                throw new InvalidOperationException($"the workers took no work: {refused.Reason.Message}", refused.Reason);
            default:
                Unhandled(message);
                break;
        }
    }

    private void Forget(Link link)
    {
        foreach (object key in _links.Where(l => l.Value == link).Select(static l => l.Key).ToArray()) _links.Remove(key);
    }

    /// <summary>Akka's scheduler turns in steps of some milliseconds, late rather than early; whatever is early anyhow is asked for again.</summary>
    private void ArmTimer()
    {
        Instant next = Driver.NextTimer;
        if (next >= _wakesAt) return;
        _wakesAt = next;
        TimeSpan left = next - MonotonicClock.Now;
        if (left <= TimeSpan.Zero) Self.Tell(TimerDue.Instance);
        else Timers.StartSingleTimer(TimerDue.Instance, TimerDue.Instance, left);
    }
}
