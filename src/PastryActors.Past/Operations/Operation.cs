using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Operations;

/// <summary>Whoever asked for a piece of work and waits for its result.</summary>
internal interface IWorkWaiter
{
    void WorkDone(WorkResult result);
}

/// <summary>Something that this node began and that waits for others: it takes their answers, and has a moment at which it wakes in any case.</summary>
internal abstract class Operation(PastContext context) : IWorkWaiter
{
    /// <summary>Travels with every question, and comes back with the answer.</summary>
    public long Id { get; internal set; }

    /// <summary>Whether it still waits for anything.</summary>
    public bool IsOpen { get; internal set; }

    /// <summary>When it wakes next.</summary>
    public Instant WakesAt { get; private set; }

    protected PastContext Context { get; } = context;

    /// <summary>Takes an answer from the authenticated <paramref name="message"/>'s source.</summary>
    public abstract void Heard(PastAnswer answer, in RoutedMessage message);

    /// <summary>
    /// The moment to wake has come: what arrived until <see cref="WakesAt"/> was heard. Whoever judges others by it judges by that moment; it may be later by now, and what came
    /// meanwhile still wait to be heard.
    /// </summary>
    public abstract void Woke();

    /// <summary>A node was declared failed: whoever waits for it need not.</summary>
    public virtual void PeerFailed(RingId peer)
    {
    }

    /// <inheritdoc/>
    public virtual void WorkDone(WorkResult result)
    {
    }

    /// <summary>Ends it; what still comes for it is dropped.</summary>
    protected internal void Close() => Context.Operations.Close(this);

    /// <summary>Sets the one moment at which it wakes, in place of any other.</summary>
    protected void WakeAt(Instant at)
    {
        WakesAt = at;
        Context.Operations.Wake(this);
    }

    /// <summary>Notes that a peer broke the protocol.</summary>
    protected void Blame(NodeHandle peer) => Context.Host.Report(new Fact(FactKind.MessageRefused, peer.Id));
}
