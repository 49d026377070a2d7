namespace PastryActors.Client;

/// <summary>A stream that was published to its end.</summary>
/// <param name="Publisher">NodeId of the node that published it.</param>
/// <param name="Epoch">When it began, in milliseconds of Unix time.</param>
/// <param name="Blocks">Blocks that it was cut into; the number of the last.</param>
public sealed record StreamReceipt(string Channel, string Publisher, ulong Epoch, ulong Blocks, long Bytes);

/// <summary>What happened on a channel that is watched.</summary>
/// <param name="Kind">"watching" once enough stripes come in; "began", "block", "gap", "ended" of each stream.</param>
/// <param name="Block">Of "block" its number; of "began" that of the first to come, of "ended" that of the last.</param>
/// <param name="Payload">The block; base64 in JSON.</param>
/// <param name="Gap">First and last number of blocks that cannot be had; null but for "gap".</param>
/// <param name="Reason">Why not.</param>
/// <param name="Publisher">Of "began": nodeId of the node that publishes.</param>
/// <param name="Complete">Of "ended": whether the publisher ended it; if not, another stream took its place.</param>
/// <param name="Stripes">Of "watching": how many stripes of 16 come in.</param>
public sealed record ChannelEvent(
    string Channel, string Kind, ulong? Block = null, byte[]? Payload = null, IReadOnlyList<ulong>? Gap = null, string? Reason = null, string? Publisher = null, bool? Complete = null, int? Stripes = null);

/// <summary>The channels that a node takes part in.</summary>
/// <param name="Children">How many children it serves, over all stripes of all channels.</param>
/// <param name="Offer">How many it offers to serve.</param>
public sealed record ChannelList(string NodeId, int Children, int Offer, IReadOnlyList<ChannelDescription> Channels);

/// <summary>One channel as one node sees it.</summary>
/// <param name="Name">Empty where only the id is known.</param>
/// <param name="Watchers">Readers at this node.</param>
/// <param name="Publishes">Whether this node publishes on it.</param>
/// <param name="Delivered">Blocks put together here since somebody watches.</param>
/// <param name="Lost">Blocks that could not be.</param>
/// <param name="Refused">Pieces that came from where they should not.</param>
public sealed record ChannelDescription(
    string ChannelId, string Name, int Watchers, bool Publishes, ulong Delivered, ulong Lost, ulong Refused, IReadOnlyList<StripeDescription> Stripes);

/// <summary>One stripe's tree at one node.</summary>
/// <param name="Place">"root", "deputy", "source", "attached", "joining" or "out".</param>
/// <param name="Parent">Null for none.</param>
/// <param name="Last">The last block that passed.</param>
public sealed record StripeDescription(int Index, string Place, NodeName? Parent, IReadOnlyList<NodeName> Children, ulong Last);
