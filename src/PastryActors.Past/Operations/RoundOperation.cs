using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Operations;

/// <summary>
/// What asks the nodes closest to a key, in rounds: each begins by finding them as they are now, because leaf sets move; it ends with
/// what they answered, or after the attempt's time. The deadline ends it whatever happens.
/// </summary>
/// <param name="timeout">After how long it gives up.</param>
internal abstract class RoundOperation(PastContext context, RingId key, TimeSpan timeout) : Operation(context)
{
    private bool _betweenRounds;

    protected Instant Deadline { get; } = context.Host.Now + timeout;

    /// <summary>Rounds begun.</summary>
    protected int Round { get; private set; }

    /// <summary>How many nodes a round wants to know.</summary>
    protected abstract int NodesWanted { get; }

    protected bool IsPastDeadline => Context.Host.Now >= Deadline;

    /// <summary>Called once when the operation is open.</summary>
    public virtual void Begin() => NextRound();

    /// <inheritdoc/>
    public sealed override void Woke()
    {
        if (WakesAt >= Deadline) GiveUp();
        else if (_betweenRounds) NextRound();
        else AttemptOver();
    }

    /// <inheritdoc/>
    public sealed override void Heard(PastAnswer answer, in RoutedMessage message)
    {
        if (answer is not Located located)
        {
            HeardFrom(message.Source, answer, message);
        }
        else if (_betweenRounds && located.Nodes.Count > 0)
        {
            _betweenRounds = false;
            Found([.. located.Nodes.Span[..Math.Min(located.Nodes.Count, NodesWanted)]], located.WholeRing);
        }
    }

    /// <summary>The nodes closest to the key, closest first.</summary>
    protected abstract void Found(List<NodeHandle> nodes, bool wholeRing);

    protected abstract void HeardFrom(NodeHandle from, PastAnswer answer, in RoutedMessage message);

    /// <summary>The time that was set for the attempt is over.</summary>
    protected abstract void AttemptOver();

    /// <summary>The rounds are used up, or the deadline has passed: answers why.</summary>
    protected abstract void GiveUp();

    protected void NextRound()
    {
        if (++Round > Context.Options.RoundsMax)
        {
            GiveUp();
        }
        else if (Context.Knows(key, NodesWanted))
        {
            _betweenRounds = false;
            Found(Context.Host.Leafs.ReplicaSet(key, NodesWanted), Context.Host.Leafs.IsWholeRing);
        }
        else
        {
            _betweenRounds = true;
            Context.Host.Route(new Locate(Id, key, NodesWanted), key);
            WakeBy(Context.Host.Now + Context.Options.AttemptTimeout);
        }
    }

    /// <summary>Nodes to ask are known otherwise: whoever was to name them is waited for no longer.</summary>
    protected void EndWaitForNodes() => _betweenRounds = false;

    protected void NextRoundAfterPause()
    {
        _betweenRounds = true;
        WakeBy(Context.Host.Now + Context.Host.Random.Jitter(Context.Options.RetryPause));
    }

    protected void WakeBy(Instant at) => WakeAt(at < Deadline ? at : Deadline);

    protected void WakeAfterAttempt() => WakeBy(Context.Host.Now + Context.Options.AttemptTimeout);
}
