using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Nodes;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>A core that is broken on purpose: a fault decides about every event that goes in and every effect that comes out.</summary>
internal abstract class MutantCore(INodeCore inner) : IWrappedCore
{
    private readonly Outbox _inside = new();

    public INodeCore Inner => inner;

    public NodeHandle Self => inner.Self;

    public void Start(Instant now, Outbox outbox)
    {
        inner.Start(now, _inside);
        Release(outbox);
    }

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (Takes(happened, now, outbox)) Feed(happened, now, outbox);
    }

    /// <summary>Whether the core hears of an event; a fault may feed it others first.</summary>
    protected virtual bool Takes(in NodeEvent happened, Instant now, Outbox outbox) => true;

    /// <summary>What becomes of an effect; as it is, unless a fault says otherwise.</summary>
    protected virtual void Let(in Effect effect, Outbox outbox) => Pass(effect, outbox);

    protected void Feed(in NodeEvent happened, Instant now, Outbox outbox)
    {
        inner.Handle(happened, now, _inside);
        Release(outbox);
    }

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
