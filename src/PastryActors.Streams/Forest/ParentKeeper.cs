using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Forest;

/// <summary>
/// Finds a parent for every stripe that this node takes, and keeps it. Takes StripeAccepted, StripeDeclined, StripeBeat, and LeaveStripe of
/// parents; gives JoinStripe, StripeAlive and LeaveStripe.
/// </summary>
internal sealed class ParentKeeper(StreamsContext context)
{
    /// <summary>Pieces that a child takes before it says how far it has come: a fraction of any window.</summary>
    private const int TellEvery = 16;

    /// <summary>How often a search routes its join: routes are best effort.</summary>
    private const int RoutesMax = 2;

    /// <summary>Doublings of a pause at most.</summary>
    private const int DoublingsMax = 4;

    /// <summary>Looks for a parent.</summary>
    /// <param name="after">What one who let this node go named; null to begin with the route.</param>
    public void Join(StripeNode stripe, StripeDeclined? after = null)
    {
        Detach(stripe);
        stripe.Place = StripePlace.Joining;
        Begin(stripe, after);
    }

    /// <summary>Ends whatever ties this node to a parent, or looks for one.</summary>
    public void Leave(StripeNode stripe)
    {
        if (stripe.Place == StripePlace.Attached) context.Send(new LeaveStripe(stripe.Id), stripe.Parent!);
        Detach(stripe);
        stripe.Search = null;
    }

    public void OnAccepted(NodeHandle from, StripeAccepted message)
    {
        StripeNode? stripe = context.FindStripe(message.Stripe);
        bool isExpected = stripe?.Search is { } open && open.Nonce == message.Nonce && stripe.Place is StripePlace.Joining or StripePlace.Attached;
        if (!isExpected || IsLoop(message.Path))
        {
            // A parent that hears a join twice says so twice, and waits for a word both times.
            if (stripe?.IsParent(from) == true) SendAlive(stripe);
            else context.Send(new LeaveStripe(message.Stripe), from);
            if (isExpected) Advance(stripe!);
            return;
        }

        if (message.Path.Count == 0)
        {
            context.Deputies.Appointed(stripe!, from);
            return;
        }

        bool wasSpare = stripe!.Search!.Step == SearchStep.Spare;
        if (stripe.Parent is { } left && left.Id != from.Id) context.Send(new LeaveStripe(stripe.Id), left);
        (stripe.Place, stripe.Parent, stripe.ParentNonce, stripe.Path, stripe.ParentHeard) = (StripePlace.Attached, from, message.Nonce, message.Path, context.Now);
        stripe.CameBySpare = wasSpare;
        (stripe.Search, stripe.SearchesFailed) = (null, 0);
        ScheduleImprovement(stripe, wasInVain: false);
        SendAlive(stripe);
        context.Places.Stands(stripe);
    }

    public void OnDeclined(NodeHandle from, StripeDeclined message)
    {
        if (context.FindStripe(message.Stripe) is not { } stripe) return;
        if (stripe.Search is { } search && search.Nonce == message.Nonce)
        {
            bool isAwaited = search.Awaits(from);
            search.Exclude(from.Id);
            search.Add(message);
            // Where a round trip takes longer than patience, every word comes late; those whom it names are as good.
            if (isAwaited || (search.Asked is null && search.HasOpen)) Advance(stripe);
        }
        else if (stripe.IsParent(from) && stripe.ParentNonce == message.Nonce)
        {
            context.Report(FactKind.ParentLost, stripe.Id);
            Join(stripe, message);
        }
    }

    public void OnBeat(NodeHandle from, StripeBeat beat)
    {
        StripeNode? stripe = context.FindStripe(beat.Stripe);
        if (stripe is not null && context.Deputies.TryHearRoot(stripe, from)) return;
        if (stripe?.IsParent(from) != true)
        {
            // While this node looks for a parent, whoever takes it for a child may become one yet.
            if (stripe is not { Place: StripePlace.Joining }) context.Send(new LeaveStripe(beat.Stripe), from);
            return;
        }

        if (IsLoop(beat.Path))
        {
            Leave(stripe);
            Join(stripe);
            return;
        }

        stripe.ParentHeard = context.Now;
        context.Watching.Learn(stripe, beat.Position);
        if (beat.Path == stripe.Path) return;
        stripe.Path = beat.Path;
        context.Children.TellAll(stripe);
    }

    /// <summary>The parent said that it is none, or is gone.</summary>
    public void Lost(StripeNode stripe)
    {
        context.Report(FactKind.ParentLost, stripe.Id);
        Join(stripe);
    }

    /// <summary>A piece came from the parent.</summary>
    public void Took(StripeNode stripe)
    {
        stripe.ParentHeard = context.Now;
        if (stripe.Flow.Untold >= TellEvery) SendAlive(stripe);
    }

    public void PeerFailed(StripeNode stripe, NodeHandle peer)
    {
        if (stripe.IsParent(peer)) Lost(stripe);
        else if (stripe.Search?.Asked?.Id == peer.Id) Advance(stripe);
    }

    public void Tick(StripeNode stripe)
    {
        if (stripe.Search is { } search && context.Now >= search.Until) TimedOut(stripe, search);
        if (stripe.Place != StripePlace.Attached) return;
        if (context.Now - stripe.ParentHeard > context.Options.BeatPeriod * (context.Options.BeatMisses + 0.5)) Lost(stripe);
        else if (context.Now - stripe.LastSentUp >= context.Options.BeatPeriod) SendAlive(stripe);
        if (stripe is { IsForeign: true, Search: null } && context.Now >= stripe.ImproveAt) Begin(stripe, null);
    }

    /// <summary>Nobody with capacity to spare took this node, or one did and will say so.</summary>
    public void SpareAnswered(RingId id, ulong nonce, bool wasTaken)
    {
        if (wasTaken || context.FindStripe(id) is not { Search: { Step: SearchStep.Spare } search } stripe || search.Nonce != nonce) return;
        Rest(stripe, search);
    }

    private static void Detach(StripeNode stripe) => (stripe.Parent, stripe.Path, stripe.Place) = (null, default, StripePlace.Out);

    private void Begin(StripeNode stripe, StripeDeclined? after)
    {
        var search = new ParentSearch(context.NewNonce(), context.Options.SearchVisitsMax);
        search.Exclude(context.Self.Id);
        // Who looks for a better parent does not want the one that it has.
        if (stripe.Parent is { } parent) search.Exclude(parent.Id);
        stripe.Search = search;
        // Who is the root and forwards nothing knows best whom to ask.
        if (context.IsRoot(stripe.Id)) after = new StripeDeclined(stripe.Id, search.Nonce, DeputyKeeper.CandidatesFor(stripe), null);
        if (after is { } named)
        {
            search.Add(named);
            Advance(stripe);
            return;
        }

        Route(stripe, search);
    }

    private void Route(StripeNode stripe, ParentSearch search)
    {
        (search.Step, search.Until) = (SearchStep.Route, context.Now + (context.Options.AskTimeout * 2));
        search.Routes++;
        context.Host.Route(JoinOf(stripe, search), stripe.Id);
    }

    private void Advance(StripeNode stripe)
    {
        ParentSearch search = stripe.Search!;
        if (search.TryAdvance())
        {
            search.Until = context.Now + context.Options.AskTimeout;
            context.Send(JoinOf(stripe, search), search.Asked!);
        }
        else if (stripe.Place == StripePlace.Attached)
        {
            stripe.Search = null;
            ScheduleImprovement(stripe, wasInVain: true);
        }
        else
        {
            search.Step = SearchStep.Spare;
            search.Until = context.Now + (context.Options.AskTimeout * 10);
            context.Spare.Ask(JoinOf(stripe, search));
        }
    }

    private void TimedOut(StripeNode stripe, ParentSearch search)
    {
        switch (search.Step)
        {
            case SearchStep.Rest: Begin(stripe, null); break;
            case SearchStep.Spare: Rest(stripe, search); break;
            case SearchStep.Route when search.Routes < RoutesMax: Route(stripe, search); break;
            case SearchStep.Ask or SearchStep.Route: Advance(stripe); break;
            default: throw new ArgumentOutOfRangeException(nameof(search), search.Step, "a step of no known kind");
        }
    }

    private void Rest(StripeNode stripe, ParentSearch search)
    {
        TimeSpan pause = context.Options.SearchPause * (1 << Math.Min(stripe.SearchesFailed++, DoublingsMax));
        (search.Step, search.Until) = (SearchStep.Rest, context.Now + context.Host.Random.Jitter(pause));
    }

    private void ScheduleImprovement(StripeNode stripe, bool wasInVain)
    {
        stripe.ImprovedInVain = wasInVain ? stripe.ImprovedInVain + 1 : 0;
        stripe.ImproveAt = context.Now + context.Host.Random.Jitter(context.Options.ImprovePeriod * (1 << Math.Min(stripe.ImprovedInVain, DoublingsMax)));
    }

    private void SendAlive(StripeNode stripe)
    {
        stripe.LastSentUp = context.Now;
        stripe.Flow.Untold = 0;
        context.Send(new StripeAlive(stripe.Id, context.Children.HasRoom, stripe.Flow.Position.Last), stripe.Parent!);
    }

    private JoinStripe JoinOf(StripeNode stripe, ParentSearch search) => new(stripe.Id, context.Self, search.Nonce, context.Options.Offer > 0, stripe.Flow.Position);

    private bool IsLoop(Core.Collections.ValueList<RingId> path) => path.Count >= Fields.PathMax - 1 || path.Span.Contains(context.Self.Id);
}
