using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Forest;

/// <summary>
/// Keeps the children of all stripes, and never one more than this node offers. Takes JoinStripe, StripeAlive, and LeaveStripe of children;
/// gives StripeAccepted, StripeDeclined and StripeBeat.
/// </summary>
internal sealed class ChildKeeper(StreamsContext context)
{
    /// <summary>Children over all stripes of all channels.</summary>
    public int Count { get; private set; }

    public bool HasRoom => Count < context.Options.Offer;

    /// <summary>A routed join passes here. True if it is answered, so that it goes no further.</summary>
    public bool TryMeet(JoinStripe join)
    {
        bool isRoot = context.IsRoot(join.Stripe);
        if (isRoot && context.Options.Offer == 0)
        {
            context.Deputies.Meet(join);
            return true;
        }

        if (isRoot) context.Places.EnsureRoot(join.Stripe);
        if (context.FindStripe(join.Stripe) is not { IsInTree: true } stripe) return false;
        // Only who shares the first digit forwards a stripe whose join comes by: so a node is inside of one tree alone.
        bool isOwn = stripe.Place == StripePlace.Root || ChannelName.Shares(context.Self.Id, stripe.Id);
        if (!isRoot && (!isOwn || context.Options.Offer == 0 || stripe.Path.Span.Contains(join.Child.Id))) return false;
        Answer(stripe, join);
        return true;
    }

    /// <summary>A join that was sent to this node, or that ended here and was met by nobody.</summary>
    public void OnJoin(NodeHandle from, JoinStripe join, bool isDirect)
    {
        if (isDirect && from.Id != join.Child.Id)
        {
            context.Report(FactKind.MessageRefused, from.Id);
            return;
        }

        StripeNode? stripe = context.FindStripe(join.Stripe);
        if (stripe is { IsInTree: true } && isDirect)
        {
            Answer(stripe, join);
            return;
        }

        // Who is declined is no child, also if it was one before.
        if (stripe is not null) TryRemove(stripe, join.Child.Id);
        context.Send(new StripeDeclined(join.Stripe, join.Nonce, default, null), join.Child);
    }

    /// <summary>One whom nobody would take asks those with capacity to spare (SOSP 2003, section 3.4). True if it is a child now.</summary>
    public bool TryTakeSpare(JoinStripe join)
    {
        if (!HasRoom || context.FindStripe(join.Stripe) is not { IsInTree: true } stripe || stripe.FindChild(join.Child.Id) is not null) return false;
        if (IsAbove(stripe, join.Child.Id)) return false;
        Accept(stripe, join);
        return true;
    }

    public void OnAlive(NodeHandle from, StripeAlive alive)
    {
        StripeNode? stripe = context.FindStripe(alive.Stripe);
        if (stripe is not null && context.Deputies.TryHear(stripe, from)) return;
        if (stripe?.FindChild(from.Id) is not { } child)
        {
            context.Send(new LeaveStripe(alive.Stripe), from);
            return;
        }

        (child.LastHeard, child.HasRoom) = (context.Now, alive.HasRoom);
        child.Window.Reached(alive.Reached, context.Now, context.Options.BeatPeriod * context.Options.BeatMisses);
        if (from.Supersedes(child.Node)) child.Node = from;
        if (child.Joined is not { } joined) return;
        child.Joined = null;
        context.Pieces.MakeUp(stripe, child, joined with { Last = Math.Max(joined.Last, alive.Reached) });
    }

    /// <summary>Tells the children of a stripe where this node stands: something changed.</summary>
    public void TellAll(StripeNode stripe)
    {
        foreach (StripeChild child in stripe.Children) Tell(stripe, child);
    }

    /// <summary>Tells those who heard nothing for a period, and forgets those who said nothing for too long.</summary>
    public void Tick(StripeNode stripe)
    {
        TimeSpan period = context.Options.BeatPeriod;
        stripe.Recent.Forget(context.Now - context.Options.Patience);
        for (int i = stripe.Children.Count - 1; i >= 0; i--)
        {
            StripeChild child = stripe.Children[i];
            if (context.Now - child.LastHeard > period * (context.Options.BeatMisses + 1.5)) Forget(stripe, child.Node);
            else if (stripe.IsInTree && context.Now - child.LastSent >= period) Tell(stripe, child);
        }
    }

    /// <summary>
    /// A child is taken for gone. It is told, should it live after all: it looks for another parent at once, and not when it misses the stripe.
    /// </summary>
    public void Forget(StripeNode stripe, NodeHandle child)
    {
        if (TryRemove(stripe, child.Id)) context.Send(new LeaveStripe(stripe.Id), child);
    }

    /// <summary>Removes a child, if it is one.</summary>
    public bool TryRemove(StripeNode stripe, RingId child)
    {
        int at = stripe.Children.FindIndex(c => c.Node.Id == child);
        if (at < 0) return false;
        RemoveAt(stripe, at);
        return true;
    }

    /// <summary>Sends all children of a stripe away: it comes no more.</summary>
    public void Dismiss(StripeNode stripe)
    {
        for (int i = stripe.Children.Count - 1; i >= 0; i--)
        {
            context.Send(new LeaveStripe(stripe.Id), stripe.Children[i].Node);
            RemoveAt(stripe, i);
        }
    }

    private void Answer(StripeNode stripe, JoinStripe join)
    {
        if (join.Child.Id == context.Self.Id) return;
        if (stripe.FindChild(join.Child.Id) is { } known)
        {
            (known.Node, known.Nonce, known.CanForward, known.LastHeard) = (join.Child, join.Nonce, join.CanForward, context.Now);
            Welcome(stripe, known, join);
        }
        else if (!IsAbove(stripe, join.Child.Id) && TryMakeRoom(stripe, join))
        {
            Accept(stripe, join);
        }
        else
        {
            context.Send(new StripeDeclined(stripe.Id, join.Nonce, Candidates(stripe, join.Child.Id), Above(stripe)), join.Child);
        }
    }

    /// <summary>Whether a node stands above this one in the stripe's tree, so that it must not become its child.</summary>
    private static bool IsAbove(StripeNode stripe, RingId node) => stripe.Path.Span.Contains(node) || stripe.Path.Count >= Fields.PathMax - 1;

    private bool TryMakeRoom(StripeNode stripe, JoinStripe join)
    {
        if (context.Options.Offer == 0) return false;
        if (HasRoom) return true;
        List<(StripeNode Stripe, StripeChild Child)> all = [.. context.Channels.SelectMany(static c => c.Stripes).SelectMany(static s => s.Children.Select(c => (s, c)))];
        Applicant[] children = [.. all.Select(one => ApplicantOf(one.Stripe, one.Child.Node.Id, one.Child.CanForward))];
        if (Admission.TurnedAway(children, ApplicantOf(stripe, join.Child.Id, join.CanForward), context.Host.Random) is not { } turnedAway) return false;
        Orphan(all[turnedAway].Stripe, all[turnedAway].Child);
        return true;
    }

    private Applicant ApplicantOf(StripeNode stripe, RingId child, bool canForward) =>
        new(stripe.Id, stripe.Place == StripePlace.Root || ChannelName.Shares(context.Self.Id, stripe.Id), child, canForward);

    private void Orphan(StripeNode stripe, StripeChild child)
    {
        TryRemove(stripe, child.Node.Id);
        context.Report(FactKind.ChildMoved, stripe.Id, Count);
        context.Send(new StripeDeclined(stripe.Id, child.Nonce, Candidates(stripe, child.Node.Id), Above(stripe)), child.Node);
    }

    private void Accept(StripeNode stripe, JoinStripe join)
    {
        var child = new StripeChild(join.Child, join.Nonce, join.CanForward) { LastHeard = context.Now, LastSent = context.Now };
        stripe.Children.Add(child);
        Count++;
        context.Report(FactKind.ChildAdded, stripe.Id, stripe.Children.Count);
        Welcome(stripe, child, join);
    }

    /// <summary>The word that it is a child. When it answers, it is sent what it missed while it was nobody's.</summary>
    private void Welcome(StripeNode stripe, StripeChild child, JoinStripe join)
    {
        context.Send(new StripeAccepted(stripe.Id, join.Nonce, stripe.PathFrom(context.Self.Id)), child.Node);
        child.Joined = join.Reached;
    }

    /// <summary>Children who share a digit with the stripe at least, and forward: those with room first, then those who share most.</summary>
    private static ValueList<NodeHandle> Candidates(StripeNode stripe, RingId except) => stripe.Children
        .Where(c => c.Node.Id != except && c.CanForward && ChannelName.Shares(c.Node.Id, stripe.Id))
        .OrderByDescending(static c => c.HasRoom)
        .ThenByDescending(c => c.Node.Id.SharedPrefixLength(stripe.Id, ChannelName.DigitBits))
        .Take(Fields.CandidatesMax)
        .Select(static c => c.Node)
        .ToValueList();

    private static NodeHandle? Above(StripeNode stripe) => stripe.Place == StripePlace.Attached ? stripe.Parent : null;

    private void Tell(StripeNode stripe, StripeChild child)
    {
        child.LastSent = context.Now;
        context.Send(new StripeBeat(stripe.Id, stripe.PathFrom(context.Self.Id), stripe.Flow.Position), child.Node);
    }

    private void RemoveAt(StripeNode stripe, int at)
    {
        stripe.Children.RemoveAt(at);
        Count--;
        context.Report(FactKind.ChildRemoved, stripe.Id, stripe.Children.Count);
    }
}
