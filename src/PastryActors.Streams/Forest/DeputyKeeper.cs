using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Forest;

/// <summary>
/// A root that offers to serve nobody has one of the readers be the root in its place: it names that deputy to joiners and publishers, and carries
/// nothing itself. Both ends: the root that appoints, and the reader that was appointed. Takes JoinStripe, StripeAlive, StripeBeat and LeaveStripe
/// between the two.
/// </summary>
internal sealed class DeputyKeeper(StreamsContext context)
{
    private TimeSpan SilenceMax => context.Options.BeatPeriod * (context.Options.BeatMisses + 1.5);

    /// <summary>A join ended at this node, the root. The first reader that can forward is appointed; one whom the stripe belongs to takes the place of one whom it does not.</summary>
    public void Meet(JoinStripe join)
    {
        if (context.FindOrAdd(ChannelName.ChannelOf(join.Stripe)) is not { } channel) return;
        channel.LastNeeded = context.Now;
        StripeNode stripe = channel.Stripes[ChannelName.IndexOf(join.Stripe)];
        if (join.CanForward && IsBetter(stripe, join.Child))
        {
            if (stripe.Deputy is { } former && former.Id != join.Child.Id) context.Send(new LeaveStripe(stripe.Id), former);
            (stripe.Deputy, stripe.DeputyHeard) = (join.Child, context.Now);
            context.Send(new StripeAccepted(stripe.Id, join.Nonce, default), join.Child);
            return;
        }

        context.Send(new StripeDeclined(stripe.Id, join.Nonce, CandidatesFor(stripe), null), join.Child);
    }

    /// <summary>Whom to ask for a stripe of which this node is the root and no forwarder.</summary>
    public static ValueList<NodeHandle> CandidatesFor(StripeNode stripe) => stripe.Deputy is { } deputy ? [deputy] : default;

    /// <summary>A root has appointed this node.</summary>
    public void Appointed(StripeNode stripe, NodeHandle root)
    {
        context.Parents.Leave(stripe);
        (stripe.DeputyOf, stripe.ParentHeard, stripe.Place) = (root, context.Now, StripePlace.Root);
        context.Places.Stands(stripe);
    }

    /// <summary>The deputy lives. False if the sender is none.</summary>
    public bool TryHear(StripeNode stripe, NodeHandle from)
    {
        if (stripe.Deputy?.Id != from.Id) return false;
        stripe.DeputyHeard = context.Now;
        context.Send(new StripeBeat(stripe.Id, default, default), from);
        return true;
    }

    /// <summary>The root that appointed this node lives. False if the sender is none.</summary>
    public bool TryHearRoot(StripeNode stripe, NodeHandle from)
    {
        if (stripe.DeputyOf?.Id != from.Id) return false;
        stripe.ParentHeard = context.Now;
        return true;
    }

    /// <summary>One of the two said that it is over, or is gone. False if it is neither.</summary>
    public bool TryEnd(StripeNode stripe, NodeHandle with)
    {
        if (stripe.Deputy?.Id == with.Id) stripe.Deputy = null;
        else if (stripe.DeputyOf?.Id == with.Id) Resign(stripe);
        else return false;
        return true;
    }

    /// <summary>This node is no deputy any more. Whoever hangs below it stays, until it finds no parent.</summary>
    public void Resign(StripeNode stripe)
    {
        if (stripe.DeputyOf is not { } root) return;
        context.Send(new LeaveStripe(stripe.Id), root);
        (stripe.DeputyOf, stripe.Place) = (null, StripePlace.Out);
        if (context.Find(ChannelName.ChannelOf(stripe.Id)) is { } channel) context.Places.Settle(channel);
    }

    public void Tick(StripeNode stripe)
    {
        if (stripe.Deputy is { } deputy && (context.Now - stripe.DeputyHeard > SilenceMax || !context.IsRoot(stripe.Id)))
        {
            stripe.Deputy = null;
            context.Send(new LeaveStripe(stripe.Id), deputy);
        }

        if (stripe.DeputyOf is not { } root) return;
        if (context.IsRoot(stripe.Id))
        {
            stripe.DeputyOf = null;
        }
        else if (context.Now - stripe.ParentHeard > SilenceMax)
        {
            Resign(stripe);
        }
        else if (context.Now - stripe.LastSentUp >= context.Options.BeatPeriod)
        {
            stripe.LastSentUp = context.Now;
            context.Send(new StripeAlive(stripe.Id, context.Children.HasRoom, stripe.Flow.Position.Last), root);
        }
    }

    private static bool IsBetter(StripeNode stripe, NodeHandle reader) =>
        stripe.Deputy is not { } deputy || deputy.Id == reader.Id || (ChannelName.Shares(reader.Id, stripe.Id) && !ChannelName.Shares(deputy.Id, stripe.Id));
}
