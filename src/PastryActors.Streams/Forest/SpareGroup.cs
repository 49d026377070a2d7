using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Anycasting;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Forest;

/// <summary>
/// The group of a channel's nodes that serve fewer children than they offer (SOSP 2003, section 3.4): an anycast in it finds an orphan the
/// nearest one that has its stripe and does not stand below it.
/// </summary>
internal sealed class SpareGroup(StreamsContext context, IAnycastGroups groups)
{
    private static readonly WireCodec Codec = new(StreamsMessages.Kinds);

    /// <summary>Joins the group while there is room here, and leaves it when there is none.</summary>
    public void Tick(Channel channel)
    {
        if (context.Children.HasRoom && channel.StripesInTree > 0) Join(channel);
        else Leave(channel);
    }

    public void Leave(Channel channel)
    {
        if (!channel.IsSpare) return;
        channel.IsSpare = false;
        groups.Leave(channel.SpareGroup);
    }

    /// <summary>Asks for somebody who takes this node as a child.</summary>
    public void Ask(JoinStripe join)
    {
        var writer = new WireWriter(256);
        join.Write(writer);
        string group = ChannelName.SpareGroupOf(ChannelName.ChannelOf(join.Stripe));
        groups.Anycast(group, writer.Written.ToArray(), context.Options.AskTimeout * 8, by => context.Parents.SpareAnswered(join.Stripe, join.Nonce, by is not null));
    }

    // Said again and again: a membership that failed is had again so.
    private void Join(Channel channel)
    {
        channel.IsSpare = true;
        groups.Join(channel.SpareGroup, Takes);
    }

    private bool Takes(NodeHandle from, Blob payload) =>
        Codec.TryRead(JoinStripe.Number, payload.Span, out Message message, out _) && message is JoinStripe join && join.Child.Id == from.Id && context.Children.TryTakeSpare(join);
}
