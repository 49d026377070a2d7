using Akka.Actor;
using Akka.Remote;
using PastryActors.Akka.Diagnostics;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Links;

/// <summary>
/// Makes and keeps one link to a peer: greets its gate until it answers, has it prove its nodeId and proves its own node's, then sends what
/// waits as far as each lane's window goes. In: messages, credits, and what Akka knows of the peer (death watch, lost associations, an
/// unreachable member). Out: frames; the news that the link ended, and whether that is a reason for alarm.
/// </summary>
internal sealed class Outbound : UntypedActor, IWithTimers
{
    private readonly EngineState _engine;
    private readonly AkkaNode _from;
    private readonly Link _link;
    private readonly SendLane[] _lanes;
    private readonly WireWriter _writer = new();
    private readonly Hello _hello;
    private Address? _address;
    private ICanTell? _gate;
    private Challenge? _challenge;
    private IActorRef? _inbound;
    private bool _traffic;
    private bool _taking;
    private bool _waited;
    private bool _closing;
    private bool _ended;

    public Outbound(EngineState engine, AkkaNode from, Link link)
    {
        (_engine, _from, _link) = (engine, from, link);
        _lanes = [.. new[] { Lane.Control, Lane.Bulk }.Select(lane => new SendLane(lane, engine.Options.PieceBytes, engine.Options.WindowBytes))];
        _hello = new Hello(engine.Options.Ring, WireCodec.Version, from.Handle, link.To.Id, LinkProof.Nonce());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (!PeerAddresses.TryParse(_link.To.Address, _engine.Address, out _address) || _address.Equals(_engine.Address))
        {
            End(DeadLetterReason.Unreachable, "it is no address of another actor system; a ring is of one engine");
            return;
        }

        LinkEvents.Subscribe(Context.System.EventStream, Self);
        _gate = Context.ActorSelection(new RootActorPath(_address) / "user" / Guardian.Name / Gate.Name);
        Timers.StartPeriodicTimer(Tick.Greet, Tick.Greet, TimeSpan.Zero, _engine.Options.GreetingPeriod);
        Timers.StartSingleTimer(Tick.Deadline, Tick.Deadline, _engine.Options.ConnectTimeout);
    }

    protected override void PostStop()
    {
        End(DeadLetterReason.ConnectionLost, "its node stopped", alarm: false);
        if (_inbound is null) return;
        Interlocked.Decrement(ref _engine.Tally.LinksOpen);
        _inbound.Tell(new Goodbye(IsGone: !_closing));
    }

    protected override void OnReceive(object message)
    {
        try
        {
            Handle(message);
        }
        catch (Exception e)
        {
            // What a peer sends must not be able to take its neighbours' links along.
            End(DeadLetterReason.ConnectionLost, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case SendThis send: Enqueue(send); break;
            case Credit credit: OnCredit(credit); break;
            case Challenge challenge: OnChallenge(challenge); break;
            case Welcome welcome: OnWelcome(welcome); break;
            case Refused refused when refused.AskersNonce.AsSpan().SequenceEqual(_hello.Nonce): OnRefused(refused); break;
            case Tick tick: OnTick(tick); break;
            case CloseLink: _closing = true; break;
            case Terminated gone when gone.ActorRef.Equals(_inbound): End(DeadLetterReason.ConnectionLost, "the peer ended it"); break;
            default:
                if (_address is not null && LinkEvents.Concerns(message, _address)) OnTrouble(message);
                break;
        }

        if (_closing && !_ended && !_lanes.Any(static l => l.IsHeld || l.IsAwaiting)) End(DeadLetterReason.ConnectionLost, "idle", alarm: false);
    }

    private void Enqueue(SendThis send)
    {
        if (TryEncode(send, out ReadOnlyMemory<byte> body))
        {
            _lanes[(int)send.Lane].Add(new Outgoing(send.Message.Kind, body, send.Content) { HasTrace = send.Trace is not null });
            if (_inbound is not null) Flush();
        }
        else
        {
            _link.Left(send.Lane, send.Content);
            _engine.DeadLetters.Add(DeadLetterReason.NotSendable, send.Message, send.To);
        }
    }

    private bool TryEncode(SendThis send, out ReadOnlyMemory<byte> body)
    {
        _writer.Clear();
        body = default;
        try
        {
            send.Trace?.WriteTo(_writer.Reserve(TraceParent.SizeBytes));
            send.Message.Write(_writer);
        }
        catch (Exception)
        {
            // A message that cannot be written costs itself, not the link.
            return false;
        }

        if (_writer.Length > MessageBytesMax || send.Content?.Length > ContentBytesMax) return false;
        body = _writer.Written.ToArray();
        return true;
    }

    /// <summary>The peer's limits count as soon as they are known; what was taken before that is looked at again when it is.</summary>
    private long MessageBytesMax => Math.Min(_engine.Options.MessageBytesMax, _challenge?.MessageBytesMax ?? uint.MaxValue);

    private long ContentBytesMax => Math.Min(_engine.Options.ContentBytesMax, _challenge?.ContentBytesMax ?? uint.MaxValue);

    private void Flush()
    {
        // Control first, and again after each frame of bulk: it has a window of its own.
        while (TrySendNext(Lane.Control) || TrySendNext(Lane.Bulk)) _traffic = true;
    }

    private bool TrySendNext(Lane lane)
    {
        while (_lanes[(int)lane].TrySkip(MessageBytesMax, ContentBytesMax, out Outgoing? tooLarge))
        {
            _link.Left(lane, tooLarge!.Content);
            _engine.DeadLetters.Add(DeadLetterReason.NotSendable, tooLarge, _link.To);
        }

        if (_lanes[(int)lane].Next(out Outgoing? finished) is not { } frame) return false;
        _inbound!.Tell(frame, Self);
        if (finished is null) return true;
        _link.Left(lane, finished.Content);
        _engine.Tally.Of(lane).OnSent(finished.Length);
        return true;
    }

    private void OnCredit(Credit credit)
    {
        if (_inbound is null || !Sender.Equals(_inbound)) return;
        _taking = _traffic = true;
        if (_lanes[(int)credit.Lane].TryCredit(credit.Taken)) Flush();
    }

    private void OnChallenge(Challenge challenge)
    {
        if (_inbound is not null || !challenge.AskersNonce.AsSpan().SequenceEqual(_hello.Nonce)) return;
        if (_challenge is null && !Accept(challenge)) return;
        if (_challenge is null || !challenge.Nonce.AsSpan().SequenceEqual(_challenge.Nonce)) return;
        Sender.Tell(new Proof(_challenge.Nonce, _from.Settings.Key.PublicKey.ToArray(), LinkProof.OfAsker(_from.Settings.Key, _hello, _challenge)), Self);
    }

    private bool Accept(Challenge challenge)
    {
        LinkRefusal refusal = _link.To.Id != default && challenge.Node.Id != _link.To.Id ? LinkRefusal.WrongNode
            : LinkProof.Holds(_hello, challenge) ? LinkRefusal.None : LinkRefusal.BadProof;
        if (refusal == LinkRefusal.None)
        {
            _challenge = challenge;
            return true;
        }

        _engine.Refused(refusal, _address!, $"it says that it is {challenge.Node.Id}");
        End(DeadLetterReason.Unreachable, "it is not the node that was meant");
        return false;
    }

    private void OnWelcome(Welcome welcome)
    {
        if (_inbound is not null || _challenge is null || !welcome.Nonce.AsSpan().SequenceEqual(_challenge.Nonce)) return;
        _inbound = Sender;
        _link.IsOpen = true;
        Interlocked.Increment(ref _engine.Tally.LinksMade);
        Interlocked.Increment(ref _engine.Tally.LinksOpen);
        _engine.Log.Opened(_challenge.Node.ToString());
        Timers.Cancel(Tick.Greet);
        Timers.Cancel(Tick.Deadline);
        Timers.StartPeriodicTimer(Tick.Idle, Tick.Idle, _engine.Options.IdleTimeout);
        Timers.StartPeriodicTimer(Tick.Stall, Tick.Stall, _engine.Options.StallTimeout);
        Context.Watch(_inbound);
        Flush();
    }

    private void OnRefused(Refused refused)
    {
        if (_inbound is not null) return;
        _engine.Tally.Refused(refused.Reason);
        _engine.Log.RefusedByPeer(_link.To.Address, refused.Reason, refused.Detail);
        End(DeadLetterReason.Unreachable, "it refused");
    }

    private void OnTick(Tick tick)
    {
        switch (tick)
        {
            case Tick.Greet when _inbound is null:
                _gate!.Tell(_hello, Self);
                break;
            case Tick.Deadline when _inbound is null:
                End(DeadLetterReason.Unreachable, "nobody answered in time; is it a node of this engine? a ring is of one engine");
                break;
            case Tick.Stall:
                if (!_taking && _waited && _lanes.Any(static l => l.IsAwaiting)) End(DeadLetterReason.ConnectionLost, "it takes nothing any more");
                // Counted from a tick at which something was on its way already, so that nothing is given up sooner than the time says.
                (_taking, _waited) = (false, _lanes.Any(static l => l.IsAwaiting));
                break;
            case Tick.Idle:
                if (!_traffic && !_closing) _from.Actor.Tell(new LinkIdle(_link), ActorRefs.NoSender);
                _traffic = false;
                break;
            default:
                break;
        }
    }

    private void OnTrouble(object message)
    {
        // Before the link stands, a lost association says nothing: Akka makes another for the next greeting. One that could not be made does.
        if (_inbound is null && message is DisassociatedEvent) return;
        End(_inbound is null ? DeadLetterReason.Unreachable : DeadLetterReason.ConnectionLost, message.ToString() ?? message.GetType().Name);
    }

    private void End(DeadLetterReason reason, string why, bool alarm = true)
    {
        if (_ended) return;
        _ended = true;
        if (_inbound is null)
        {
            Interlocked.Increment(ref _engine.Tally.LinksFailed);
            _engine.Log.Unreachable(_link.To.Address, why);
        }
        else
        {
            _engine.Log.Closed(_link.To.ToString(), why);
        }

        foreach (Lane lane in new[] { Lane.Control, Lane.Bulk })
        {
            foreach (Outgoing given in _lanes[(int)lane].Drain())
            {
                _link.Left(lane, given.Content);
                _engine.DeadLetters.Add(reason, given, _link.To);
            }
        }

        _from.Actor.Tell(new LinkEnded(_link, alarm ? _link.To : null), ActorRefs.NoSender);
        Context.Stop(Self);
    }

    private enum Tick
    {
        Greet,
        Deadline,
        Stall,
        Idle,
    }
}
