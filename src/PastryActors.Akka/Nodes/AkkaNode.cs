using Akka.Actor;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Nodes;

/// <summary>
/// One node of this engine, as its host and the links see it: the door to its actor, with the mailbox's bound before it. Outlives the
/// actor's restarts. Safe for any thread.
/// </summary>
internal sealed class AkkaNode : IEngineNode, ICoreHost
{
    private readonly EngineState _engine;
    private readonly MailboxBound _mailbox;
    private readonly Supervisor _supervisor;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private volatile bool _expected;
    private volatile bool _stalled;

    public AkkaNode(EngineState engine, NodeSettings settings)
    {
        _engine = engine;
        Settings = settings;
        _mailbox = new MailboxBound(engine.Options.MailboxCapacity);
        _supervisor = new Supervisor(engine.Options.Supervision);
        Driver = new CoreDriver(settings with { Workers = new Desk(this) }, engine.Address.ToString(), this, engine.Log);
    }

    /// <inheritdoc/>
    public NodeHandle Handle => Driver.Handle;

    /// <inheritdoc/>
    public int MailboxDepth => _mailbox.Depth;

    /// <inheritdoc/>
    public int PendingTimers => Driver.PendingTimers;

    /// <inheritdoc/>
    public bool IsStopped => _closed;

    /// <summary>What it was started with.</summary>
    public NodeSettings Settings { get; }

    /// <summary>Drives the core; for the actor alone.</summary>
    public CoreDriver Driver { get; }

    /// <summary>The mailbox's bound.</summary>
    public MailboxBound Mailbox => _mailbox;

    /// <summary>How long the actor waits before it makes a core: the supervisor's word after a failure.</summary>
    public TimeSpan BackOff { get; private set; }

    /// <summary>The node's actor; set before anyone else knows the node.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>The actor's instance that carries out the effects now.</summary>
    public PastryNodeActor? Instance { get; set; }

    private int OrdinaryShare => Math.Max(1, _mailbox.Capacity / 2);

    /// <inheritdoc/>
    public bool Post(Request request) => TryTell(new Happened(NodeEvent.Requested(request), TraceParent.Current), OrdinaryShare);

    /// <inheritdoc/>
    public async Task<TResult> QueryAsync<TResult>(Func<INodeCore, TResult> read, TimeSpan timeout)
    {
        var query = new CoreQuery<TResult>(read);
        if (IsStopped) throw new InvalidOperationException($"node {Handle.Id} has stopped");
        if (!TryTell(new Asked(query), OrdinaryShare)) throw new TimeoutException($"the mailbox of node {Handle.Id} is full");
        return await query.Task.WaitAsync(timeout).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StopAsync()
    {
        _expected = true;
        Close();
        _engine.Stop(Actor);
        return _stopped.Task;
    }

    /// <summary>Takes a message from a link or a node of this system; false if there is no room in its lane's share.</summary>
    public bool TryAccept(NodeHandle from, Message message, ContentRef? content, Lane lane, TraceParent? trace)
    {
        if (!TryTell(new Happened(NodeEvent.Received(from, message, content), trace), lane == Lane.Control ? _mailbox.Capacity : OrdinaryShare)) return false;
        if (_stalled) _stalled = false;
        return true;
    }

    /// <summary>Whether the mailbox was full for longer than a link waits: until something is taken again, nothing waits for it.</summary>
    public bool IsStalled => _stalled || _closed;

    /// <summary>Counts a message for which there was no room.</summary>
    public void Drop(Message message, bool waited)
    {
        if (waited) _stalled = true;
        _engine.DeadLetters.Add(IsStopped ? DeadLetterReason.NodeGone : DeadLetterReason.MailboxFull, message, Handle);
    }

    /// <summary>A hint, so it may be lost like any message; but not in silence.</summary>
    public void TellLinkFailed(NodeHandle peer)
    {
        if (!TryTell(new Happened(NodeEvent.LinkFailed(peer)), _mailbox.Capacity) && !IsStopped) _engine.DeadLetters.Add(DeadLetterReason.MailboxFull, peer, Handle);
    }

    /// <summary>The supervisor's decision after a failure, on the supervisor's thread while the actor is suspended.</summary>
    public Directive Decide(Exception failure)
    {
        Exception reason = failure is ActorInitializationException { InnerException: { } inner } ? inner : failure;
        SupervisionDecision decision = _supervisor.OnFailure(MonotonicClock.Now);
        Driver.Drop();
        if (decision.GivesUp)
        {
            _engine.Log.NodeGivenUp(reason, Handle.Id, decision.FailuresInWindow);
            Interlocked.Increment(ref _engine.Tally.NodesGivenUp);
            _expected = true;
            Driver.Listener.OnGivenUp(reason);
            Close();
            return Directive.Stop;
        }

        _engine.Log.NodeFailed(reason, Handle.Id, decision.FailuresInWindow, decision.BackOff.TotalMilliseconds);
        Interlocked.Increment(ref _engine.Tally.NodeRestarts);
        Driver.Listener.OnRestarting(reason);
        BackOff = decision.BackOff;
        return Directive.Restart;
    }

    /// <summary>The actor is gone, and with it the core. If nobody asked for that, the host hears of it as of a node that was given up.</summary>
    public void OnStopped()
    {
        Close();
        Driver.Drop();
        if (_stopped.TrySetResult() && !_expected) Driver.Listener.OnGivenUp(new InvalidOperationException("the actor system stopped the node"));
    }

    void ICoreHost.Send(NodeHandle to, Message message, ContentRef? content, Lane lane, TraceParent? trace)
    {
        if (_engine.TryGet(this, to, out AkkaNode? local))
        {
            Interlocked.Increment(ref _engine.Tally.MessagesLocal);
            if (!local.TryAccept(Handle, message, content, lane, trace)) local.Drop(message, waited: false);
        }
        else if (content is not (null or MemoryContent) || content?.Length > _engine.Options.ContentBytesMax)
        {
            _engine.DeadLetters.Add(DeadLetterReason.NotSendable, message, to);
        }
        else if (!Instance!.LinkTo(to).TrySend(message, (MemoryContent?)content, lane, trace))
        {
            _engine.DeadLetters.Add(DeadLetterReason.SendQueueFull, message, to);
        }
    }

    IWorkCompletion ICoreHost.CompletionOf(int generation) => new Completion(Actor, generation);

    private bool TryTell(object message, int share)
    {
        if (_closed || !_mailbox.TryEnter(share)) return false;
        Actor.Tell(message, ActorRefs.NoSender);
        return true;
    }

    private void Close()
    {
        _closed = true;
        _engine.Remove(this);
    }

    private sealed class Desk(AkkaNode node) : IWorkers
    {
        public void Submit(Work work, IWorkCompletion completion) => node.Instance!.Submit(work, completion);
    }

    /// <summary>Where the workers of one core put their results: they are owed, so a full mailbox takes them too.</summary>
    private sealed record Completion(IActorRef Actor, int Generation) : ITracedCompletion
    {
        public void Completed(WorkResult result) => Actor.Tell(new Finished(result, Generation), ActorRefs.NoSender);

        public void Completed(WorkResult result, TraceParent trace) => Actor.Tell(new Finished(result, Generation, trace), ActorRefs.NoSender);
    }
}
