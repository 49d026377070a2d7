using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Forest;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Watching;

/// <summary>
/// Local readers of channels: any number on one node share its places in the trees. Takes the requests <see cref="WatchChannel"/>,
/// <see cref="WatchCredit"/>, <see cref="EndWatch"/>, and the pieces that come in.
/// </summary>
internal sealed class WatchKeeper(StreamsContext context)
{
    private readonly SortedDictionary<long, Channel> _watches = [];

    public void Begin(WatchChannel request)
    {
        if ((ChannelName.Problem(request.Channel) ?? (request.Window < 0 ? "a window must not be negative" : null)) is { } problem)
        {
            Fail(request.Id, FailureCode.Invalid, problem);
            return;
        }

        if (_watches.ContainsKey(request.Id))
        {
            Fail(request.Id, FailureCode.Invalid, $"a watch with the id {request.Id} is open already");
            return;
        }

        if (_watches.Count >= context.Options.MaxWatches || context.FindOrAdd(ChannelName.IdOf(request.Channel), request.Channel) is not { } channel)
        {
            Fail(request.Id, FailureCode.Busy, $"this node has {_watches.Count} watches of {context.Options.MaxWatches} and takes part in {context.Channels.Count} channels of {context.Options.MaxChannels}");
            return;
        }

        _watches.Add(request.Id, channel);
        channel.Watches.Add(new Watch(request, context.Now + request.Timeout, context.Host.Reply));
        channel.Assembler ??= new BlockAssembler(context.Options.WindowBlocks, context.Options.Patience, new AllWatches(channel, context));
        context.Places.Settle(channel);
        StripesChanged(channel);
    }

    public void Refund(WatchCredit request)
    {
        if (_watches.TryGetValue(request.Watch, out Channel? channel)) channel.Watches.Find(w => w.Id == request.Watch)?.Refund(request.Count);
    }

    public void End(EndWatch request)
    {
        if (!_watches.TryGetValue(request.Watch, out Channel? channel))
        {
            Fail(request.Id, FailureCode.NotFound, $"no watch has the id {request.Watch}");
            return;
        }

        Remove(channel, request.Watch);
        context.Host.Reply(new WatchEnded(request.Id));
    }

    /// <summary>The node came into a tree: watches stand when enough stripes come in.</summary>
    public void StripesChanged(Channel channel)
    {
        int stripes = channel.StripesInTree;
        if (stripes < BlockCode.Needed || channel.Assembler is not { } assembler) return;
        assembler.Ready(context.Now);
        foreach (Watch watch in channel.Watches)
        {
            if (watch.Stands) continue;
            watch.Stands = true;
            context.Host.Reply(new WatchBegan(watch.Id, stripes));
            if (assembler.Next > 0) watch.Began(assembler.Key, assembler.Next);
        }
    }

    public void Take(Channel channel, StripeNode stripe, StripePiece piece) => channel.Assembler?.Take(stripe.Index, piece, context.Now);

    public void Learn(StripeNode stripe, StreamPosition position)
    {
        if (ChannelName.MayPublish(stripe.Id, position.Key.Publisher)) context.Find(ChannelName.ChannelOf(stripe.Id))?.Assembler?.Learn(stripe.Index, position, context.Now);
    }

    public void Tick(Channel channel)
    {
        channel.Assembler?.Tick(context.Now);
        foreach (Watch watch in channel.Watches.Where(w => !w.Stands && context.Now >= w.Deadline).ToArray())
        {
            Remove(channel, watch.Id);
            Fail(watch.Id, FailureCode.TimedOut, $"{channel.StripesInTree} stripes of {BlockCode.Needed} came in in time");
        }
    }

    public void Describe(DescribeChannels request)
    {
        ValueList<ChannelStatus> found = context.Channels.Where(c => request.Channel.Length == 0 || c.Id == ChannelName.IdOf(request.Channel)).Select(StatusOf).ToValueList();
        context.Host.Reply(new ChannelsDescribed(request.Id, found, context.Children.Count, context.Options.Offer));
    }

    private static ChannelStatus StatusOf(Channel channel) => new(
        channel.Id,
        channel.Name,
        channel.Watches.Count,
        channel.Publisher is not null,
        channel.Stripes.Select(static s => new StripeStatus(s.Index, s.DeputyOf is null ? s.Place.ToString().ToLowerInvariant() : "deputy", s.Parent, s.Children.Select(static c => c.Node).ToValueList(), s.Flow.Position.Last)).ToValueList(),
        channel.Assembler?.Delivered ?? 0,
        channel.Assembler?.Lost ?? 0,
        channel.Refused);

    private void Remove(Channel channel, long watch)
    {
        _watches.Remove(watch);
        channel.Watches.RemoveAll(w => w.Id == watch);
        if (channel.Watches.Count == 0) channel.Assembler = null;
        context.Places.Retire(channel);
        context.Places.Settle(channel);
    }

    private void Fail(long request, FailureCode code, string detail) => context.Host.Reply(new Failed(request, code, detail));

    /// <summary>Everybody who watches a channel here is told the same.</summary>
    private sealed class AllWatches(Channel channel, StreamsContext context) : IBlockReader
    {
        public void Began(StreamKey key, ulong first) => channel.Watches.ForEach(w => w.Began(key, first));

        public void Block(ulong number, Blob payload)
        {
            context.Report(FactKind.BlockDelivered, channel.Id, (long)number);
            channel.Watches.ForEach(w => w.Block(number, payload));
        }

        public void Gap(ulong from, ulong to, string reason)
        {
            context.Report(FactKind.BlockGap, channel.Id, (long)(to - from + 1));
            channel.Watches.ForEach(w => w.Gap(from, to, reason));
        }

        public void Ended(ulong last, bool isComplete) => channel.Watches.ForEach(w => w.Ended(last, isComplete));
    }
}
