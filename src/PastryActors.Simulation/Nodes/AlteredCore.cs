using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Nodes;

/// <summary>A core that does something else than it would: who derives decides about every event that goes in and every effect that comes out. For nodes that lie, and for tests that break nodes on purpose.</summary>
/// <param name="inner">The core inside.</param>
public abstract class AlteredCore(INodeCore inner) : IWrappedCore
{
    private readonly Outbox _inside = new();

    /// <inheritdoc/>
    public INodeCore Inner => inner;

    /// <inheritdoc/>
    public NodeHandle Self => inner.Self;

    /// <inheritdoc/>
    public void Start(Instant now, Outbox outbox)
    {
        inner.Start(now, _inside);
        Release(outbox);
    }

    /// <inheritdoc/>
    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (Takes(happened, now, outbox)) Feed(happened, now, outbox);
    }

    /// <summary>Whether the core hears of an event; who says no may have fed it others.</summary>
    protected virtual bool Takes(in NodeEvent happened, Instant now, Outbox outbox) => true;

    /// <summary>What becomes of an effect: it stays as it is, unless who derives says otherwise.</summary>
    protected virtual void Let(in Effect effect, Outbox outbox) => Pass(effect, outbox);

    /// <summary>Lets the core inside handle an event, and what it wants come out.</summary>
    protected void Feed(in NodeEvent happened, Instant now, Outbox outbox)
    {
        inner.Handle(happened, now, _inside);
        Release(outbox);
    }

    /// <summary>Puts an effect into the outbox as it is.</summary>
    protected static void Pass(in Effect effect, Outbox outbox)
    {
        switch (effect.Kind)
        {
            case EffectKind.Send: outbox.Send(effect.To!, effect.Message, effect.Lane, effect.Content); break;
            case EffectKind.Schedule: outbox.Schedule(effect.Timer, effect.Delay); break;
            case EffectKind.Work: outbox.Do(effect.Work); break;
            case EffectKind.Reply: outbox.Reply(effect.Reply); break;
            default: outbox.Report(effect.Fact); break;
        }
    }

    private void Release(Outbox outbox)
    {
        Effect[] effects = _inside.Effects.ToArray();
        _inside.Clear();
        foreach (Effect effect in effects) Let(effect, outbox);
    }
}
