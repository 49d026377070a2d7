using PastryActors.Core.Ring;

namespace PastryActors.Streams.Channels;

/// <summary>One stream of a channel: who publishes it, and since when.</summary>
/// <param name="Epoch">The publisher's clock when it began, in milliseconds; of two streams the later is the channel's.</param>
/// <param name="Publisher">The publishing node.</param>
public readonly record struct StreamKey(ulong Epoch, RingId Publisher);

/// <summary>How far a stripe of a stream has come.</summary>
/// <param name="Last">The highest block number seen; 0 for none.</param>
/// <param name="Ended">Whether that is the stream's last block.</param>
public readonly record struct StreamPosition(StreamKey Key, ulong Last, bool Ended);
