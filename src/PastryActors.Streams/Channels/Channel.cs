using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Forest;
using PastryActors.Streams.Publishing;
using PastryActors.Streams.Watching;

namespace PastryActors.Streams.Channels;

/// <summary>All that a node knows of one channel.</summary>
internal sealed class Channel
{
    public Channel(RingId id)
    {
        Id = id;
        SpareGroup = ChannelName.SpareGroupOf(id);
        Stripes = [.. Enumerable.Range(0, ChannelName.StripeCount).Select(i => new StripeNode(ChannelName.StripeOf(id, i)))];
    }

    public RingId Id { get; }

    /// <summary>The topic of those who have capacity to spare.</summary>
    public string SpareGroup { get; }

    /// <summary>Empty where only the id is known.</summary>
    public string Name { get; set; } = "";

    /// <summary>By their first digit.</summary>
    public StripeNode[] Stripes { get; }

    /// <summary>The stream that this node publishes; null for none.</summary>
    public ChannelPublisher? Publisher { get; set; }

    /// <summary>Local readers, in the order in which they came.</summary>
    public List<Watch> Watches { get; } = [];

    /// <summary>Puts blocks together while anybody here watches.</summary>
    public BlockAssembler? Assembler { get; set; }

    /// <summary>When it was last of use to anybody.</summary>
    public Instant LastNeeded { get; set; }

    /// <summary>Pieces refused: not from where they should come, or not whole.</summary>
    public ulong Refused { get; set; }

    /// <summary>Whether this node is in the group of those with capacity to spare.</summary>
    public bool IsSpare { get; set; }

    /// <summary>How many stripes come in.</summary>
    public int StripesInTree => Stripes.Count(static s => s.IsInTree);
}
