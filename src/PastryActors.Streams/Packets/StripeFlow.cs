using PastryActors.Core.Driving;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Packets;

/// <summary>
/// How far one stripe of a channel's stream has come at a node. A block passes once and only forwards, whatever parents send: so nothing
/// circles, and nothing comes twice.
/// </summary>
internal sealed class StripeFlow
{
    private StreamPosition _position;

    /// <summary>How far it has come; the key is the default before anything came.</summary>
    public StreamPosition Position => _position;

    /// <summary>When the publisher gave a sign last.</summary>
    public Instant HeardAt { get; private set; }

    /// <summary>Blocks taken since the parent, or the publisher, was told.</summary>
    public int Untold { get; set; }

    /// <summary>Whether the channel is nobody's, or this stream's: the rule of a root, who must not be talked out of a stream that goes on.</summary>
    public bool IsFreeFor(StreamKey key, Instant now, TimeSpan lifetime) =>
        key == _position.Key || _position.Key == default || _position.Ended || now - HeardAt > lifetime || (key.Publisher == _position.Key.Publisher && key.Epoch > _position.Key.Epoch);

    /// <summary>Whether a node below the root follows a stream: one that began later, or any where nothing goes on.</summary>
    public bool Follows(StreamKey key, Instant now, TimeSpan lifetime) => IsFreeFor(key, now, lifetime) || key.Epoch > _position.Key.Epoch;

    /// <summary>The publisher gave a sign.</summary>
    public void Touch(StreamKey key, Instant now)
    {
        if (key != _position.Key) _position = new StreamPosition(key, 0, false);
        HeardAt = now;
    }

    /// <summary>Notes a block; false if it, or a later one, was here before.</summary>
    public bool TryPass(StreamKey key, ulong block, bool isEnd, Instant now)
    {
        Touch(key, now);
        if (block <= _position.Last) return false;
        _position = _position with { Last = block, Ended = isEnd };
        Untold++;
        return true;
    }
}
