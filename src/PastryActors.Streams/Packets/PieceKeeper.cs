using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Forest;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Packets;

/// <summary>
/// Sends every piece on to the children of its stripe and to those who watch here. Takes StripePiece: from the publisher where this node is
/// the root, from the parent elsewhere. Nothing waits here: what a child cannot take is not sent to it, and the other stripes make up for it.
/// </summary>
internal sealed class PieceKeeper(StreamsContext context)
{
    /// <summary>Blocks that a root takes before it tells the publisher: a fraction of a publisher's window.</summary>
    private const int TellEvery = 8;

    /// <summary>Bytes that a piece costs beyond itself.</summary>
    private const int EnvelopeBytes = 256;

    public void OnPiece(NodeHandle from, StripePiece piece)
    {
        if (context.FindStripe(piece.Stripe) is not { } stripe || !MayCome(from, piece, stripe))
        {
            Refuse(from, piece);
            return;
        }

        if (stripe.Place == StripePlace.Root && !stripe.Flow.IsFreeFor(piece.Key, context.Now, context.Options.PublisherLifetime))
        {
            context.Send(new StripeHead(stripe.Id, context.Self, HeadWord.InUse, stripe.Flow.Position.Key, 0), from);
            return;
        }

        if (!stripe.Flow.Follows(piece.Key, context.Now, context.Options.PublisherLifetime)) return;
        Pass(stripe, piece);
        if (stripe.Place == StripePlace.Attached) context.Parents.Took(stripe);
        else if (stripe.Flow.Untold >= TellEvery) TellTaken(stripe, from);
    }

    /// <summary>Sends a piece on that is of the stream, and was not here before.</summary>
    public void Pass(StripeNode stripe, StripePiece piece)
    {
        Channel channel = context.Find(ChannelName.ChannelOf(stripe.Id))!;
        if (!stripe.Flow.TryPass(piece.Key, piece.Block, piece.IsEnd, context.Now)) return;
        foreach (StripeChild child in stripe.Children) SendOn(stripe, child, piece);
        // Who serves nobody will be asked for nothing; a publisher may be, by a root that comes late.
        if (context.Options.Offer > 0 || stripe.Place == StripePlace.Source) stripe.Recent.Add(piece, context.Options.WindowBlocks, context.Now);
        context.Watching.Take(channel, stripe, piece);
    }

    /// <summary>Sends a child, new or back, what passed here until it took this node for its parent: a block is late for it then, and not lost.</summary>
    public void MakeUp(StripeNode stripe, StripeChild child, StreamPosition reached)
    {
        foreach (StripePiece piece in stripe.Recent.After(reached.Key, reached.Last)) SendOn(stripe, child, piece);
    }

    /// <summary>Tells a publisher how far its stream has been taken.</summary>
    /// <param name="nonce">Of the question that is answered; 0 if none was asked.</param>
    public void TellTaken(StripeNode stripe, NodeHandle publisher, ulong nonce = 0)
    {
        stripe.Flow.Untold = 0;
        context.Send(new StripeHead(stripe.Id, context.Self, HeadWord.Here, stripe.Flow.Position.Key, stripe.Flow.Position.Last, nonce), publisher);
    }

    private static bool MayCome(NodeHandle from, StripePiece piece, StripeNode stripe) => ChannelName.MayPublish(stripe.Id, piece.Key.Publisher) && stripe.Place switch
    {
        StripePlace.Root => from.Id == piece.Key.Publisher,
        StripePlace.Attached => stripe.IsParent(from),
        _ => false,
    };

    private void Refuse(NodeHandle from, StripePiece piece)
    {
        // A publisher that has not heard of the stripe's new root; anybody else is a parent of before, whose pieces overtake its farewell.
        if (from.Id == piece.Key.Publisher) context.Send(new StripeHead(piece.Stripe, context.Self, HeadWord.NotHere, piece.Key, 0), from);
        if (context.Find(ChannelName.ChannelOf(piece.Stripe)) is { } channel) channel.Refused++;
    }

    private void SendOn(StripeNode stripe, StripeChild child, StripePiece piece)
    {
        if (child.Joined is not null) return;
        bool wasHeld = child.Window.IsHeld;
        if (!child.Window.TryAdd(piece.Block, piece.Piece.Length + EnvelopeBytes, context.Options.ChildWindowBytes, context.Now))
        {
            if (!wasHeld) context.Report(FactKind.ChildHeld, stripe.Id, context.Options.ChildWindowBytes);
            return;
        }

        child.LastSent = context.Now;
        context.SendPiece(piece, child.Node);
    }
}
