using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Simulation.Nodes;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Tests.Mutations;

/// <summary>Turns nobody away: whoever should be declined is accepted and served beside the others, beyond what the node offers.</summary>
internal sealed class ServesEverybody(INodeCore inner) : AlteredCore(inner)
{
    private readonly HashSet<(RingId Stripe, NodeHandle To)> _more = [];

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is StripeDeclined declined)
        {
            _more.Add((declined.Stripe, effect.To!));
            outbox.Send(effect.To!, new StripeAccepted(declined.Stripe, declined.Nonce, [Self.Id]));
            return;
        }

        Pass(effect, outbox);
        if (effect.Body is not StripePiece piece) return;
        foreach ((RingId stripe, NodeHandle to) in _more)
        {
            if (stripe == piece.Stripe && to != effect.To) outbox.Send(to, piece, Lane.Bulk);
        }
    }
}

/// <summary>Answers every join that comes by, whether the stripe belongs to it or not.</summary>
internal sealed class ServesEveryStripe(INodeCore inner) : AlteredCore(inner)
{
    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not Routed { Payload: JoinStripe join } hop || join.Child.Id == Self.Id) return true;
        outbox.Send(happened.From!, new HopAck(hop.Sequence));
        Feed(NodeEvent.Received(join.Child, join), now, outbox);
        return false;
    }
}

/// <summary>A reader misses every third block without a word.</summary>
internal sealed class SkipsBlocks(INodeCore inner) : AlteredCore(inner)
{
    private int _count;

    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not StreamBlock || ++_count % 3 != 0) Pass(effect, outbox);
    }
}

/// <summary>Blocks that could not be put together are left out in silence.</summary>
internal sealed class HidesGaps(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not StreamGap) Pass(effect, outbox);
    }
}

/// <summary>Does not look whether pieces belong together: the reader gets other bytes.</summary>
internal sealed class GivesOtherBytes(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is StreamBlock block) outbox.Reply(block with { Payload = new byte[block.Payload.Length] });
        else Pass(effect, outbox);
    }
}

/// <summary>Forwards nothing, and says that it does.</summary>
internal sealed class ForwardsNothing(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is not StripePiece piece || piece.Key.Publisher == Self.Id) Pass(effect, outbox);
    }
}

/// <summary>Forges every piece that it forwards: what it makes of a stripe is of no block.</summary>
internal sealed class ForgesPieces(INodeCore inner) : AlteredCore(inner)
{
    protected override void Let(in Effect effect, Outbox outbox)
    {
        if (effect.Body is StripePiece piece && piece.Key.Publisher != Self.Id) outbox.Send(effect.To!, piece with { Piece = new byte[piece.Piece.Length] }, effect.Lane);
        else Pass(effect, outbox);
    }
}
