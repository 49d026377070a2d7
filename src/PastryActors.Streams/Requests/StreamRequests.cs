using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Requests;

/// <summary>
/// Watch a channel. Answered by <see cref="WatchBegan"/> when enough of its stripes come in; then by <see cref="StreamBegan"/>,
/// <see cref="StreamBlock"/> in order, <see cref="StreamGap"/> and <see cref="StreamEnded"/>, stream after stream, until <see cref="EndWatch"/>.
/// </summary>
/// <param name="Channel">Name of the channel, 1 to 256 bytes of UTF-8.</param>
public sealed record WatchChannel(long Id, TimeSpan Timeout, string Channel) : Request(Id, Timeout)
{
    /// <summary>How many blocks and gaps may wait to be read: while as many do, further blocks are left out and told as a gap. 0 for any number, for whoever reads at once.</summary>
    public int Window { get; init; }
}

/// <summary>The node takes enough stripes to put blocks together.</summary>
/// <param name="Stripes">How many come in so far.</param>
public sealed record WatchBegan(long RequestId, int Stripes) : Reply(RequestId);

/// <summary>A stream comes in.</summary>
/// <param name="First">The number of the first block that is delivered or told as a gap; all after it are too.</param>
public sealed record StreamBegan(long RequestId, StreamKey Key, ulong First) : Reply(RequestId);

/// <summary>The next block of the stream.</summary>
public sealed record StreamBlock(long RequestId, ulong Number, Blob Payload) : Reply(RequestId);

/// <summary>Blocks that are not delivered: said, never left out in silence.</summary>
public sealed record StreamGap(long RequestId, ulong From, ulong To, string Reason) : Reply(RequestId);

/// <summary>The stream is over. Another may follow.</summary>
/// <param name="Last">The number of its last block, as far as is known here.</param>
/// <param name="IsComplete">Whether its publisher ended it; if not, another stream took its place.</param>
public sealed record StreamEnded(long RequestId, ulong Last, bool IsComplete) : Reply(RequestId);

/// <summary>The reader of a watch has read so many answers. Not answered.</summary>
/// <param name="Watch">The id of the <see cref="WatchChannel"/> request.</param>
public sealed record WatchCredit(long Id, TimeSpan Timeout, long Watch, int Count) : FollowUp(Id, Timeout);

/// <summary>End a watch. Answered by <see cref="WatchEnded"/>.</summary>
/// <param name="Watch">The id of the <see cref="WatchChannel"/> request.</param>
public sealed record EndWatch(long Id, TimeSpan Timeout, long Watch) : FollowUp(Id, Timeout);

/// <summary>The watch has ended; nothing more comes for it.</summary>
public sealed record WatchEnded(long RequestId) : Reply(RequestId);

/// <summary>
/// Begin a stream on a channel. Answered by <see cref="StreamOpened"/> when the roots of enough stripes take it; fails with
/// <see cref="FailureCode.Busy"/> while another node publishes there.
/// </summary>
/// <param name="UnixMilliseconds">The asker's clock: of two streams the one that began later is the channel's.</param>
public sealed record OpenStream(long Id, TimeSpan Timeout, string Channel, ulong UnixMilliseconds) : Request(Id, Timeout)
{
    /// <summary>Bytes of content a second at most; 0 for what the node allows.</summary>
    public long BytesPerSecond { get; init; }
}

/// <summary>Blocks may be published. Should the stream be lost later, a <see cref="Failed"/> follows under the same id.</summary>
/// <param name="BlockBytesMax">The largest block that is worth making: what the pace allows in a second, where that is less than a block may have; so none waits long for the pace of the one before.</param>
public sealed record StreamOpened(long RequestId, StreamKey Key, int BlockBytesMax) : Reply(RequestId);

/// <summary>
/// Publish the next block. Answered by <see cref="BlockPublished"/> when it is on its way to the roots of enough stripes. The last one is never refused as
/// <see cref="FailureCode.Busy"/>, and ends the stream in any case: one that could not be sent in its time ends it with its failure. Whoever was told that a
/// stream is open owes it an end; without one its channel stays this node's.
/// </summary>
/// <param name="Stream">The id of the <see cref="OpenStream"/> request.</param>
/// <param name="IsEnd">Whether the stream ends with it; it may be empty then.</param>
public sealed record PublishBlock(long Id, TimeSpan Timeout, long Stream, Blob Payload, bool IsEnd) : FollowUp(Id, Timeout);

/// <summary>The block is on its way. Whether anybody got it is not known: streams are of the moment.</summary>
public sealed record BlockPublished(long RequestId, ulong Number) : Reply(RequestId);

/// <summary>What this node knows of channels. Answered by <see cref="ChannelsDescribed"/>.</summary>
/// <param name="Channel">Name of one channel, or empty for all.</param>
public sealed record DescribeChannels(long Id, TimeSpan Timeout, string Channel) : Request(Id, Timeout);

/// <summary>The channels known here, and how many children this node serves of how many that it offers.</summary>
public sealed record ChannelsDescribed(long RequestId, ValueList<ChannelStatus> Channels, int Children, int Offer) : Reply(RequestId);

/// <summary>One channel as one node sees it.</summary>
/// <param name="Name">Its name; empty where only the id is known.</param>
/// <param name="Delivered">Blocks put together here.</param>
/// <param name="Lost">Blocks that could not be.</param>
public sealed record ChannelStatus(RingId Channel, string Name, int Watchers, bool Publishes, ValueList<StripeStatus> Stripes, ulong Delivered, ulong Lost, ulong Refused);

/// <summary>One stripe as one node sees it.</summary>
/// <param name="Place">root, deputy (of a root that offers nothing), source (the publisher), attached, joining, or out.</param>
/// <param name="Parent">Null for none.</param>
/// <param name="Last">The last block that it took.</param>
public sealed record StripeStatus(int Index, string Place, NodeHandle? Parent, ValueList<NodeHandle> Children, ulong Last);
