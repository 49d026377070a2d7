using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Forest;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Publishing;

/// <summary>
/// Publishes streams: finds the roots of a channel's stripes, numbers blocks, cuts and codes them, and sends each root its pieces, at the pace
/// that is allowed. Takes the requests <see cref="OpenStream"/> and <see cref="PublishBlock"/>, and StripeHead; gives StripeHead and StripePiece.
/// </summary>
internal sealed class PublishKeeper(StreamsContext context)
{
    /// <summary>Blocks on their way to a root at most: as many as a receiver puts together at once.</summary>
    private ulong Window => (ulong)context.Options.WindowBlocks;

    private readonly SortedDictionary<long, Channel> _streams = [];

    public void Open(OpenStream request)
    {
        if ((ChannelName.Problem(request.Channel) ?? ProblemOf(request)) is { } problem)
        {
            Fail(request.Id, FailureCode.Invalid, problem);
            return;
        }

        if (!ChannelName.MayPublish(ChannelName.IdOf(request.Channel), context.Self.Id))
        {
            Fail(request.Id, FailureCode.Forbidden, $"only the node that the channel is named after publishes on {request.Channel}; this is node {context.Self.Id}");
            return;
        }

        if (context.FindOrAdd(ChannelName.IdOf(request.Channel), request.Channel) is not { } channel)
        {
            Fail(request.Id, FailureCode.Busy, $"this node takes part in {context.Options.MaxChannels} channels, as many as it may");
            return;
        }

        if (channel.Publisher is not null)
        {
            Fail(request.Id, FailureCode.Busy, "this node publishes on the channel already");
            return;
        }

        long pace = request.BytesPerSecond > 0 ? Math.Min(request.BytesPerSecond, context.Options.PublishBytesPerSecond) : context.Options.PublishBytesPerSecond;
        channel.Publisher = new ChannelPublisher(request, new StreamKey(request.UnixMilliseconds, context.Self.Id), context.Now + request.Timeout, pace);
        _streams.Add(request.Id, channel);
        context.Places.Settle(channel);
        Locate(channel, channel.Publisher);
    }

    public void Publish(PublishBlock request)
    {
        if (!_streams.TryGetValue(request.Stream, out Channel? channel) || channel.Publisher is not { IsOpen: true, IsEnding: false } publisher)
        {
            Fail(request.Id, FailureCode.NotFound, $"no open stream has the id {request.Stream}");
        }
        else if (request.Payload.Length > context.Options.BlockBytesMax || (request.Payload.IsEmpty && !request.IsEnd))
        {
            Fail(request.Id, FailureCode.Invalid, $"a block has 1 to {context.Options.BlockBytesMax} bytes, not {request.Payload.Length}");
        }
        // The end is one, and is never refused for those before it: the channel would stay with a publisher that is gone.
        else if (!request.IsEnd && publisher.Waiting.Count >= context.Options.PublishQueueBlocks)
        {
            context.Report(FactKind.Dropped, channel.Id, context.Options.PublishQueueBlocks);
            Fail(request.Id, FailureCode.Busy, $"{publisher.Waiting.Count} blocks wait to be sent, as many as may");
        }
        else
        {
            publisher.IsEnding = request.IsEnd;
            publisher.Waiting.Enqueue((request, context.Now + request.Timeout));
            Pump(channel, publisher);
        }
    }

    public void OnHead(NodeHandle from, StripeHead message, bool isDirect)
    {
        if (message.Word == HeadWord.Ask) OnAsk(message);
        else if (isDirect) OnAnswer(from, message);
    }

    public void OnPace(RingId channel)
    {
        if (context.Find(channel) is not { Publisher: { } publisher } found) return;
        publisher.IsPaceScheduled = false;
        Pump(found, publisher);
    }

    public void PeerFailed(NodeHandle peer)
    {
        foreach (Channel channel in _streams.Values)
        {
            foreach (StripeRoot root in channel.Publisher!.Roots)
            {
                if (root.Node?.Id == peer.Id) root.Node = null;
            }

            Locate(channel, channel.Publisher);
        }
    }

    public void Tick()
    {
        foreach (Channel channel in _streams.Values.ToArray())
        {
            ChannelPublisher publisher = channel.Publisher!;
            Locate(channel, publisher);
            GiveUpLate(channel, publisher);
            if (!publisher.IsOpen && context.Now >= publisher.Deadline) End(channel, publisher, FailureCode.TimedOut, $"the roots of {publisher.Roots.Count(static r => r.Node is not null)} stripes were found in time; {BlockCode.Needed} are needed");
        }
    }

    private void GiveUpLate(Channel channel, ChannelPublisher publisher)
    {
        while (publisher.Waiting.TryPeek(out (PublishBlock Block, Instant Deadline) first) && context.Now >= first.Deadline)
        {
            publisher.Waiting.Dequeue();
            Fail(first.Block.Id, FailureCode.TimedOut, "the roots of too few stripes took what came before in time");
            // Whether anybody could be told of it or not: who asked will not come back.
            if (first.Block.IsEnd) End(channel, publisher, FailureCode.NotFound, "the stream has ended");
        }
    }

    private string? ProblemOf(OpenStream request)
    {
        if (_streams.ContainsKey(request.Id)) return $"a stream with the id {request.Id} is open already";
        if (request.UnixMilliseconds is 0 or > WireReader.NumberMax) return "a stream begins at a moment from 1 to 2^62";
        return request.BytesPerSecond < 0 ? "a pace must not be negative" : null;
    }

    /// <summary>Asks for the roots that are not known, and for the others now and then: a root that changes learns of the stream so, and the channel stays this publisher's.</summary>
    private void Locate(Channel channel, ChannelPublisher publisher)
    {
        for (int i = 0; i < publisher.Roots.Length; i++)
        {
            StripeRoot root = publisher.Roots[i];
            if (!root.IsDue(context.Now, root.Node is null ? context.Options.AskTimeout : context.Options.BeatPeriod, context.Options.BeatPeriod)) continue;
            if (root.Node is not null && !root.Takes(publisher.Next, Window) && root.Taken == root.TakenBefore) root.Taken = publisher.Next - 1;
            root.TakenBefore = root.Taken;
            context.Host.Route(Question(channel.Stripes[i], publisher, root), channel.Stripes[i].Id);
        }
    }

    private StripeHead Question(StripeNode stripe, ChannelPublisher publisher, StripeRoot root) => new(stripe.Id, context.Self, HeadWord.Ask, publisher.Key, 0, root.Question.Ask(context.Host));

    /// <summary>A publisher looks for the root, and this is where its question ended; or it asks the deputy whom the root named.</summary>
    private void OnAsk(StripeHead message)
    {
        if (!ChannelName.MayPublish(message.Stripe, message.Key.Publisher))
        {
            context.Report(FactKind.MessageRefused, message.Asker.Id);
            return;
        }

        if (context.IsRoot(message.Stripe) && context.Options.Offer > 0) context.Places.EnsureRoot(message.Stripe);
        StripeNode? stripe = context.FindStripe(message.Stripe);
        if (stripe?.Place != StripePlace.Root)
        {
            if (stripe?.Deputy is { } deputy) context.Send(message with { Asker = deputy, Word = HeadWord.Here }, message.Asker);
        }
        else if (ChannelName.HasOwner(stripe.Id))
        {
            // Nobody else can want it, and a question proves nothing: the stream changes with the first piece that its owner sends.
            ulong taken = stripe.Flow.Position.Key == message.Key ? stripe.Flow.Position.Last : 0;
            context.Send(new StripeHead(stripe.Id, context.Self, HeadWord.Here, message.Key, taken, message.Nonce), message.Asker);
        }
        else if (!stripe.Flow.IsFreeFor(message.Key, context.Now, context.Options.PublisherLifetime))
        {
            context.Send(new StripeHead(stripe.Id, context.Self, HeadWord.InUse, stripe.Flow.Position.Key, 0, message.Nonce), message.Asker);
        }
        else
        {
            stripe.Flow.Touch(message.Key, context.Now);
            context.Pieces.TellTaken(stripe, message.Asker, message.Nonce);
        }
    }

    private void OnAnswer(NodeHandle from, StripeHead message)
    {
        if (context.Find(ChannelName.ChannelOf(message.Stripe)) is not { Publisher: { } publisher } channel) return;
        StripeRoot root = publisher.Roots[ChannelName.IndexOf(message.Stripe)];
        // Whoever is neither the root that is known nor was asked is nobody.
        if (!root.Question.Is(message.Nonce) && root.Node?.Id != from.Id) return;
        // A root that names its deputy has not answered yet: the deputy will.
        if (message.Asker.Id == from.Id && root.Question.Is(message.Nonce)) root.Question.Close();
        switch (message.Word)
        {
            case HeadWord.Here when message.Asker.Id != from.Id: context.Send(Question(channel.Stripes[ChannelName.IndexOf(message.Stripe)], publisher, root), message.Asker); return;
            case HeadWord.Here when message.Key == publisher.Key:
                bool isNew = root.Node?.Id != from.Id;
                (root.Node, root.IsTaken) = (from, false);
                if (isNew) Begin(channel.Stripes[ChannelName.IndexOf(message.Stripe)], publisher, root, message.Taken);
                else root.Taken = Math.Max(root.Taken, Math.Min(message.Taken, publisher.Next - 1));
                break;
            case HeadWord.NotHere when root.Node?.Id == from.Id: root.Node = null; break;
            case HeadWord.InUse: (root.Node, root.IsTaken) = (null, true); break;
            default: return;
        }

        if (publisher.Roots.Count(static r => r.IsTaken) > ChannelName.StripeCount - BlockCode.Needed)
        {
            End(channel, publisher, FailureCode.Busy, $"node {message.Key.Publisher} publishes on the channel");
            return;
        }

        Pump(channel, publisher);
    }

    /// <summary>A root took office, in mid-stream perhaps: it is sent what nobody took in the place before it and may be waited for yet. All before that is behind it.</summary>
    private void Begin(StripeNode stripe, ChannelPublisher publisher, StripeRoot root, ulong taken)
    {
        StripePiece[] missed = root.Node!.Id == context.Self.Id ? [] : [.. stripe.Recent.After(publisher.Key, taken).Where(p => p.Key == publisher.Key)];
        root.Taken = missed.Length > 0 ? missed[0].Block - 1 : publisher.Next - 1;
        foreach (StripePiece piece in missed) SendToRoot(stripe, root, piece);
    }

    private void Pump(Channel channel, ChannelPublisher publisher)
    {
        if (!publisher.IsOpen && publisher.CanSend(Window))
        {
            publisher.IsOpen = true;
            context.Host.Reply(new StreamOpened(publisher.Request.Id, publisher.Key, (int)Math.Min(context.Options.BlockBytesMax, publisher.BytesPerSecond)));
        }

        while (publisher.Waiting.Count > 0 && publisher.CanSend(Window))
        {
            if (context.Now < publisher.MayAt)
            {
                Pace(channel, publisher);
                return;
            }

            PublishBlock block = publisher.Waiting.Dequeue().Block;
            Send(channel, publisher, block);
            if (!block.IsEnd) continue;
            End(channel, publisher, FailureCode.NotFound, "the stream has ended");
            return;
        }
    }

    private void Pace(Channel channel, ChannelPublisher publisher)
    {
        if (publisher.IsPaceScheduled) return;
        publisher.IsPaceScheduled = true;
        context.Host.Schedule((byte)StreamsTimer.Pace, publisher.MayAt - context.Now, subject: channel.Id);
    }

    private void Send(Channel channel, ChannelPublisher publisher, PublishBlock request)
    {
        Blob[] pieces = BlockCode.Split(request.Payload);
        ValueList<Hash256>[] proofs = PieceTree.ProofsOf(pieces);
        ulong number = publisher.Next++;
        for (int i = 0; i < pieces.Length; i++)
        {
            var piece = new StripePiece(channel.Stripes[i].Id, publisher.Key, number, request.Payload.Length, request.IsEnd, pieces[i], proofs[i]);
            Send(channel.Stripes[i], publisher.Roots[i], piece);
        }

        // A pace that was not used is lost: what comes after a pause comes no faster.
        Instant from = context.Now > publisher.MayAt ? context.Now : publisher.MayAt;
        publisher.MayAt = from + TimeSpan.FromSeconds((double)request.Payload.Length / publisher.BytesPerSecond);
        context.Host.Reply(new BlockPublished(request.Id, number));
    }

    /// <summary>To the root, and to those who found no better parent than the source itself.</summary>
    private void Send(StripeNode stripe, StripeRoot root, StripePiece piece)
    {
        context.Pieces.Pass(stripe, piece);
        if (root.Node?.Id == context.Self.Id) root.Taken = piece.Block;
        else SendToRoot(stripe, root, piece);
    }

    private void SendToRoot(StripeNode stripe, StripeRoot root, StripePiece piece)
    {
        if (root.Takes(piece.Block, Window)) context.SendPiece(piece, root.Node!);
        else context.Report(FactKind.Dropped, stripe.Id, context.Options.WindowBlocks);
    }

    /// <summary>The stream is over: all that waits fails, and the node's places change.</summary>
    private void End(Channel channel, ChannelPublisher publisher, FailureCode code, string why)
    {
        bool hadEnded = code == FailureCode.NotFound;
        channel.Publisher = null;
        _streams.Remove(publisher.Request.Id);
        while (publisher.Waiting.TryDequeue(out (PublishBlock Block, Instant Deadline) waiting)) Fail(waiting.Block.Id, code, why);
        if (!hadEnded) Fail(publisher.Request.Id, code, why);
        context.Places.Retire(channel);
        context.Places.Settle(channel);
    }

    private void Fail(long request, FailureCode code, string detail) => context.Host.Reply(new Failed(request, code, detail));
}
