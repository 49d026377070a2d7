using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Anycasting;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Forest;
using PastryActors.Streams.Packets;
using PastryActors.Streams.Publishing;
using PastryActors.Streams.Watching;

namespace PastryActors.Streams;

/// <summary>What timers of streams mean.</summary>
internal enum StreamsTimer : byte
{
    /// <summary>The pulse of everything periodic, while there is anything to keep.</summary>
    Tick = 1,

    /// <summary>A publisher may send its next block. Subject: the channel.</summary>
    Pace = 2,
}

/// <summary>What the keepers of all duties share: the host, the options, the channels, each other.</summary>
internal sealed class StreamsContext
{
    private readonly SortedDictionary<RingId, Channel> _channels = [];

    public StreamsContext(IPastryHost host, StreamsOptions options, IAnycastGroups groups)
    {
        (Host, Options) = (host, options);
        Children = new ChildKeeper(this);
        Parents = new ParentKeeper(this);
        Deputies = new DeputyKeeper(this);
        Places = new PlaceKeeper(this);
        Spare = new SpareGroup(this, groups);
        Pieces = new PieceKeeper(this);
        Publishing = new PublishKeeper(this);
        Watching = new WatchKeeper(this);
    }

    public IPastryHost Host { get; }

    public StreamsOptions Options { get; }

    public ChildKeeper Children { get; }

    public ParentKeeper Parents { get; }

    public DeputyKeeper Deputies { get; }

    public PlaceKeeper Places { get; }

    public SpareGroup Spare { get; }

    public PieceKeeper Pieces { get; }

    public PublishKeeper Publishing { get; }

    public WatchKeeper Watching { get; }

    public IReadOnlyCollection<Channel> Channels => _channels.Values;

    public Instant Now => Host.Now;

    public NodeHandle Self => Host.Self;

    /// <summary>Whether this node is the root of a stripe by its own leaf set, and sure of that set.</summary>
    public bool IsRoot(RingId stripe) => Host.IsActive && Host.Leafs.IsRoot(stripe);

    public Channel? Find(RingId channel) => _channels.GetValueOrDefault(channel);

    public StripeNode? FindStripe(RingId stripe) => Find(ChannelName.ChannelOf(stripe))?.Stripes[ChannelName.IndexOf(stripe)];

    /// <summary>The channel, made if there is none; null (and counted) if this node takes part in as many as it may.</summary>
    public Channel? FindOrAdd(RingId id, string name = "")
    {
        if (!_channels.TryGetValue(id, out Channel? channel))
        {
            if (_channels.Count >= Options.MaxChannels)
            {
                Report(FactKind.Dropped, id, Options.MaxChannels);
                return null;
            }

            _channels.Add(id, channel = new Channel(id) { LastNeeded = Now });
        }

        if (name.Length > 0) channel.Name = name;
        return channel;
    }

    public void Remove(Channel channel) => _channels.Remove(channel.Id);

    public void Send(Message message, NodeHandle to) => Host.Send(message, to);

    /// <summary>Pieces take the lane of the bulk: no beat waits behind them.</summary>
    public void SendPiece(Message piece, NodeHandle to) => Host.Send(piece, to, Lane.Bulk);

    public void Report(FactKind kind, RingId subject, long value = 0) => Host.Report(new Fact(kind, subject, value));

    /// <summary>A number that nobody else can guess; never 0.</summary>
    public ulong NewNonce() => Host.Random.NextUInt64() | 1;
}
