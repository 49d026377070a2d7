using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Forest;

/// <summary>
/// Decides where this node stands in each stripe: root where its leaf set says so and the channel is used, source where it publishes, with a
/// parent where it watches or has children, and out of it otherwise.
/// </summary>
internal sealed class PlaceKeeper(StreamsContext context)
{
    /// <summary>Somebody looks for the root of a stripe, and this node is it.</summary>
    public void EnsureRoot(RingId id)
    {
        if (context.FindOrAdd(ChannelName.ChannelOf(id)) is not { } channel) return;
        channel.LastNeeded = context.Now;
        StripeNode stripe = channel.Stripes[ChannelName.IndexOf(id)];
        if (stripe.Place != StripePlace.Root) BecomeRoot(stripe);
    }

    /// <summary>Nobody here watches or publishes any more: those who had the stripes from this node find another parent. The root of a stripe stays.</summary>
    public void Retire(Channel channel)
    {
        if (channel.Watches.Count > 0 || channel.Publisher is not null) return;
        foreach (StripeNode stripe in channel.Stripes)
        {
            if (stripe.Place == StripePlace.Root && stripe.DeputyOf is null) continue;
            context.Children.Dismiss(stripe);
            context.Deputies.Resign(stripe);
        }
    }

    /// <summary>Looks at all stripes of a channel again, and forgets the channel when it is of no use.</summary>
    public void Settle(Channel channel)
    {
        if (!context.Host.IsActive) return;
        if (channel.Watches.Count > 0 || channel.Publisher is not null) channel.LastNeeded = context.Now;
        foreach (StripeNode stripe in channel.Stripes) Settle(channel, stripe);
        if (!Array.TrueForAll(channel.Stripes, static s => s.Place == StripePlace.Out)) return;
        context.Spare.Leave(channel);
        if (channel.Publisher is null && Array.TrueForAll(channel.Stripes, static s => s.Deputy is null)) context.Remove(channel);
    }

    private void Settle(Channel channel, StripeNode stripe)
    {
        bool isWanted = (channel.Watches.Count > 0 && Wants(stripe.Index)) || stripe.Children.Count > 0;
        bool mayBeRoot = stripe.DeputyOf is not null || (context.Options.Offer > 0 && context.IsRoot(stripe.Id));
        bool isRoot = mayBeRoot && (isWanted || channel.Publisher is not null || (stripe.Place == StripePlace.Root && context.Now - channel.LastNeeded < context.Options.ChannelLifetime));
        if (isRoot)
        {
            if (stripe.Place != StripePlace.Root) BecomeRoot(stripe);
        }
        else if (channel.Publisher is not null)
        {
            if (stripe.Place != StripePlace.Source) BecomeSource(stripe);
        }
        else if (isWanted)
        {
            if (stripe.Place is not (StripePlace.Attached or StripePlace.Joining)) context.Parents.Join(stripe);
        }
        else if (stripe.Place != StripePlace.Out)
        {
            context.Parents.Leave(stripe);
        }
    }

    /// <summary>Of fewer than all stripes those are left out whose digits are farthest from this node's own, which it forwards.</summary>
    private bool Wants(int index)
    {
        int own = context.Self.Id.Digit(0, ChannelName.DigitBits);
        int distance = (index - own + (ChannelName.StripeCount / 2) + ChannelName.StripeCount) % ChannelName.StripeCount;
        return distance >= ChannelName.StripeCount - context.Options.Want;
    }

    /// <summary>The stripe comes in from now on.</summary>
    public void Stands(StripeNode stripe)
    {
        context.Children.TellAll(stripe);
        context.Watching.StripesChanged(context.Find(ChannelName.ChannelOf(stripe.Id))!);
    }

    private void BecomeRoot(StripeNode stripe)
    {
        context.Parents.Leave(stripe);
        stripe.Place = StripePlace.Root;
        Stands(stripe);
    }

    private void BecomeSource(StripeNode stripe)
    {
        context.Parents.Leave(stripe);
        stripe.Place = StripePlace.Source;
        Stands(stripe);
    }
}
