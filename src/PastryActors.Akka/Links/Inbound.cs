using Akka.Actor;
using PastryActors.Akka.Diagnostics;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Links;

/// <summary>
/// The receiving end of one link: whatever comes to it comes from the peer that proved itself, for nobody else was told its name. Puts
/// pieces together, reads messages, hands them to the node, and says what was taken. While the node's mailbox has no room for a lane, that
/// lane waits, and only that one.
/// </summary>
internal sealed class Inbound : UntypedActor, IWithTimers
{
    /// <summary>How long a sender may be left without word of what was taken: a fraction of the time after which it gives the link up.</summary>
    private static readonly TimeSpan CreditPeriod = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(5);

    private readonly EngineState _engine;
    private readonly AkkaNode _node;
    private readonly NodeHandle _peer;
    private readonly Address _address;
    private readonly IActorRef _outbound;
    private readonly Lane[] _order = [Lane.Control, Lane.Bulk];
    private readonly State[] _lanes;
    private bool _traffic;
    private bool _ended;

    public Inbound(EngineState engine, AkkaNode node, NodeHandle peer, IActorRef outbound)
    {
        (_engine, _node, _peer, _outbound, _address) = (engine, node, peer, outbound, outbound.Path.Address);
        _lanes = [.. _order.Select(_ => new State(new ReceiveLane(engine.Options.MessageBytesMax, engine.Options.ContentBytesMax)))];
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        LinkEvents.Subscribe(Context.System.EventStream, Self);
        // Twice the time after which the other end closes an idle link: it goes first, and says so.
        Timers.StartPeriodicTimer(Tick.Idle, Tick.Idle, 2 * _engine.Options.IdleTimeout);
        Timers.StartPeriodicTimer(Tick.Credit, Tick.Credit, CreditPeriod);
        Interlocked.Increment(ref _engine.Tally.LinksAccepted);
        Interlocked.Increment(ref _engine.Tally.LinksOpen);
    }

    protected override void PostStop()
    {
        Interlocked.Decrement(ref _engine.Tally.LinksOpen);
        foreach (State lane in _lanes) lane.Assembly.Dispose();
    }

    protected override void OnReceive(object message)
    {
        try
        {
            Handle(message);
        }
        catch (Exception e)
        {
            End($"{e.GetType().Name}: {e.Message}");
        }
    }

    private void Handle(object message)
    {
        if (_ended) return;
        switch (message)
        {
            case Frame frame:
                _traffic = true;
                _lanes[(int)frame.Lane].Waiting.Enqueue(frame);
                Advance(frame.Lane);
                break;
            case Tick.Retry:
                foreach (Lane lane in _order) Advance(lane);
                break;
            case Goodbye { IsGone: true }:
                End("its node stopped");
                break;
            case Tick.Credit:
                foreach (Lane lane in _order) Tell(lane);
                break;
            case Tick.Idle when !_traffic:
            case Goodbye:
                Context.Stop(Self);
                break;
            case Tick.Idle:
                _traffic = false;
                break;
            default:
                if (LinkEvents.Concerns(message, _address)) End(message.ToString() ?? "");
                break;
        }
    }

    private void Advance(Lane lane)
    {
        State state = _lanes[(int)lane];
        while (!_ended)
        {
            if (state.Held is { } held && !TryDeliver(state, held, lane)) return;
            if (!state.Waiting.TryDequeue(out Frame? frame)) break;
            LinkRefusal refusal = state.Assembly.Take(frame, out Incoming? incoming);
            if (refusal != LinkRefusal.None)
            {
                _engine.Refused(refusal, _peer, $"lane {lane}, frame {frame.Sequence}");
                End("it broke the rules of links");
                return;
            }

            state.Taken += (ulong)Cost.Of(frame);
            if (incoming is { } whole) state.Held = Read(whole, lane);
        }

        // A quarter of the window, so that the sender never waits for a credit that is already owed to it.
        if (state.Taken - state.Told >= (ulong)_engine.Options.WindowBytes / 4) Tell(lane);
    }

    private void Tell(Lane lane)
    {
        State state = _lanes[(int)lane];
        if (_ended || state.Told == state.Taken) return;
        state.Told = state.Taken;
        _outbound.Tell(new Credit(lane, state.Taken), Self);
    }

    private Arrived? Read(in Incoming incoming, Lane lane)
    {
        LinkRefusal refusal = LinkRefusal.MalformedMessage;
        string detail;
        try
        {
            if (_engine.Codec.TryRead(incoming.Kind, incoming.Body.Span, out Message message, out detail))
            {
                _engine.Tally.Of(lane).OnReceived();
                return new Arrived(message, incoming.Content, incoming.Trace);
            }

            if (!_engine.Knows(incoming.Kind)) refusal = LinkRefusal.UnknownKind;
        }
        catch (Exception e)
        {
            // A reader that trips over hostile bytes must cost the message, not the link.
            detail = $"kind {incoming.Kind}: {e.GetType().Name}";
        }

        _engine.Refused(refusal, _peer, detail);
        return null;
    }

    /// <summary>Hands a message to the node; false while it waits for room.</summary>
    private bool TryDeliver(State state, Arrived held, Lane lane)
    {
        if (!_node.TryAccept(_peer, held.Message, held.Content, lane, held.Trace))
        {
            state.Deadline ??= Environment.TickCount64 + (long)_engine.Options.MailboxPatience.TotalMilliseconds;
            bool patient = !_node.IsStalled && Environment.TickCount64 < state.Deadline;
            if (patient)
            {
                Timers.StartSingleTimer(Tick.Retry, Tick.Retry, RetryPeriod);
                return false;
            }

            _node.Drop(held.Message, waited: true);
        }

        (state.Held, state.Deadline) = (null, null);
        return true;
    }

    private void End(string why)
    {
        if (_ended) return;
        _ended = true;
        _engine.Log.Closed(_peer.ToString(), why);
        _node.TellLinkFailed(_peer);
        Context.Stop(Self);
    }

    private enum Tick
    {
        Retry,
        Credit,
        Idle,
    }

    /// <summary>A message that is read, and waits for room in the mailbox.</summary>
    private sealed record Arrived(Message Message, Core.Content.MemoryContent? Content, TraceParent? Trace);

    private sealed class State(ReceiveLane assembly)
    {
        public ReceiveLane Assembly { get; } = assembly;
        public Queue<Frame> Waiting { get; } = new();
        public Arrived? Held { get; set; }
        public long? Deadline { get; set; }
        public ulong Taken { get; set; }
        public ulong Told { get; set; }
    }
}
