namespace PastryActors.Client;

// The documents of the HTTP surface, as the gateway writes them and this library reads them (docs/operations.md).

/// <summary>A file that is durable on k nodes.</summary>
/// <param name="FileId">40 hexadecimal digits.</param>
/// <param name="Size">In bytes.</param>
/// <param name="K">Number of replicas.</param>
/// <param name="ContentHash">SHA-256 of the content or, of a file in chunks, of the top of its hash tree; also its ETag.</param>
/// <param name="Receipts">Who holds the file's own object.</param>
/// <param name="Salts">The salts tried (hexadecimal); the last is the file's.</param>
/// <param name="AlreadyHeld">How many of the k held it before: an insert taken up again finds its own traces.</param>
/// <param name="Seconds">How long the insert took.</param>
public sealed record FileReceipt(
    string FileId,
    string Name,
    long Size,
    int K,
    string ContentHash,
    IReadOnlyList<ReplicaReceipt> Receipts,
    IReadOnlyList<string> Salts,
    int AlreadyHeld,
    double Seconds);

/// <summary>One holder's word that a replica is on its durable disk.</summary>
/// <param name="Diverted">Whether another node of its leaf set keeps it for it.</param>
public sealed record ReplicaReceipt(string NodeId, bool Diverted);

/// <summary>A file's certificate, and where it is.</summary>
/// <param name="Chunks">Chunks of content; 1 for a file in one piece.</param>
/// <param name="Owner">SHA-256 of the owner's public key.</param>
/// <param name="Created">The owner's clock when it signed.</param>
/// <param name="Holders">Of the file's own object, closest first.</param>
/// <param name="ReplicasAlive">The least over the file's own object and all its parts; a stripe of a coded file counts as many as the nodes that must fail before it is lost.</param>
/// <param name="Modified">When the content was last changed, by its owner's word; null where that was not said.</param>
/// <param name="Mode">Unix permission bits in octal; null where they were not said.</param>
/// <param name="Advice">A sentence for each thing that is not as it should be: why, and what to do. Empty if the file is well.</param>
/// <param name="Code">Chunks of content and of parity in a stripe, such as 10+4; null for a file whose chunks are kept k times.</param>
/// <param name="ChunksMissing">Of a coded file, chunks that no node holds just now.</param>
public sealed record FileDescription(
    string FileId,
    string Name,
    long Size,
    int K,
    int Chunks,
    string Owner,
    DateTimeOffset Created,
    string ContentType,
    string ContentHash,
    IReadOnlyList<FileHolder> Holders,
    int ReplicasAlive,
    DateTimeOffset? Modified = null,
    string? Mode = null,
    IReadOnlyList<string>? Advice = null,
    string? Code = null,
    int? ChunksMissing = null);

/// <summary>One node's answer about a file.</summary>
/// <param name="State">unreachable, missing, pointer, held, verified, damaged or reclaimed.</param>
/// <param name="VerifiedAt">When the node last read all of the replica and found it whole: just now if the state is verified, else not before that time; null if it does not know.</param>
/// <param name="DivertedTo">Of a pointer: the nodeId of the node that holds the replica in this one's place, for want of room.</param>
public sealed record FileHolder(string NodeId, string Address, string State, DateTimeOffset? VerifiedAt, string? DivertedTo = null);

/// <summary>What the owner of a node's key inserted and did not reclaim.</summary>
public sealed record OwnedFiles(IReadOnlyList<OwnedFile> Files);

/// <summary>One file of the owner's journal.</summary>
public sealed record OwnedFile(string FileId, string Name, long Size, int K, DateTimeOffset Inserted);

/// <summary>The puts of the owner of a node's key that did not end.</summary>
public sealed record UnfinishedFiles(IReadOnlyList<UnfinishedFile> Files);

/// <summary>A put that did not end: put the same file again to finish it, or reclaim it to release what was sent.</summary>
/// <param name="Size">In bytes, as announced; null if it was not.</param>
/// <param name="Parts">Chunks and tree nodes that were sent, or were about to be.</param>
/// <param name="LastPart">When the last of them was sent.</param>
/// <param name="Running">Whether it is being put just now.</param>
public sealed record UnfinishedFile(string FileId, string Name, long? Size, int K, int Parts, DateTimeOffset Begun, DateTimeOffset LastPart, bool Running);

/// <summary>A file that was released.</summary>
/// <param name="BytesReleased">Content bytes over all holders.</param>
public sealed record FileReclaimed(string FileId, long BytesReleased);

/// <summary>How an owner stands with its quota.</summary>
/// <param name="Owner">SHA-256 of the owner's public key, 64 hexadecimal digits.</param>
/// <param name="UsedBytes">What its objects take: size times k.</param>
/// <param name="QuotaBytes">Most that they may.</param>
/// <param name="FreeBytes">What is left.</param>
/// <param name="Expires">When the quota ends; null for never.</param>
/// <param name="PublicKey">The key itself, where the node knows it: SubjectPublicKeyInfo (DER), base64.</param>
public sealed record OwnerAccount(string Owner, long UsedBytes, long QuotaBytes, long FreeBytes, DateTimeOffset? Expires, string? PublicKey);

/// <summary>A broker's grant of a quota, to be kept by the ring.</summary>
/// <param name="Certificate">The signed certificate, base64.</param>
public sealed record QuotaGrant(string Certificate);

/// <summary>How far an upload is.</summary>
/// <param name="ReceivedBytes">Taken in by the gateway.</param>
/// <param name="DurableBytes">On the durable disks of k nodes.</param>
/// <param name="Done">Whether the upload has ended, one way or the other.</param>
public sealed record UploadProgress(long ReceivedBytes, long DurableBytes, bool Done);

/// <summary>The place of a published message in its topic.</summary>
public sealed record PublishReceipt(ulong Sequence);

/// <summary>Who took an anycast.</summary>
/// <param name="NodeId">The node of the subscriber that took it.</param>
/// <param name="Visited">How many nodes of the topic's tree were asked.</param>
public sealed record AnycastReceipt(string NodeId, string Address, int Visited);

/// <summary>One event of a subscription: a message, a message to this subscriber alone, or a gap that is said and not hidden.</summary>
/// <param name="Sequence">Number of the message; null for a gap, and for an anycast, which has none.</param>
/// <param name="Publisher">NodeId of the node that published it.</param>
/// <param name="Payload">The message; base64 in JSON.</param>
/// <param name="Gap">First and last number of messages that cannot be had; null for a message.</param>
/// <param name="Reason">Why not.</param>
public sealed record TopicEvent(string Topic, ulong? Sequence, string? Publisher, byte[]? Payload, IReadOnlyList<ulong>? Gap, string? Reason)
{
    /// <summary>
    /// Of a gap, why: "lost" (nobody has it any more), "not-retained" (older than what the topic keeps), "forged" (its publisher's signature is
    /// missing or false), "repeated" (it came before, under another number). Null for a message.
    /// </summary>
    public string? Code { get; init; }
}

/// <summary>The topics whose trees a node is in.</summary>
public sealed record TopicList(string NodeId, IReadOnlyList<TopicDescription> Topics);

/// <summary>One topic as one node sees it.</summary>
/// <param name="Parent">The parent in the tree; null at the root.</param>
public sealed record TopicDescription(
    string TopicId,
    string Name,
    bool Root,
    NodeName? Parent,
    IReadOnlyList<NodeName> Children,
    int Subscribers,
    ulong LastSequence,
    long Delivered,
    long Gaps,
    long Duplicates)
{
    /// <summary>What the topic's creator decided; the defaults for a topic that nobody created.</summary>
    public TopicDefinition? Settings { get; init; }
}

/// <summary>What the creator of a topic decides about it.</summary>
/// <param name="Level">"ordered" (the default) or "best-effort".</param>
/// <param name="Retain">"none" (the default), a number of messages, a duration ("30m", "7d"), or "forever".</param>
/// <param name="Publishers">NodeIds of those who may publish; null or empty for everybody.</param>
/// <param name="Subscribers">NodeIds of those who may subscribe; null or empty for everybody.</param>
/// <param name="Signed">Whether publishers sign and receivers refuse what is not, also on nodes that do not ask for it (<c>scribe.sign-messages</c>).</param>
public sealed record TopicDefinition(
    string? Level = null, string? Retain = null, IReadOnlyList<string>? Publishers = null, IReadOnlyList<string>? Subscribers = null, bool? Signed = null);

/// <summary>A topic that a majority of the nodes that keep its numbering knows.</summary>
/// <param name="Creator">SHA-256 of the creator's public key.</param>
public sealed record TopicCreated(string Topic, TopicDefinition Settings, string Creator);

/// <summary>A topic's tree, walked from its root.</summary>
/// <param name="Root">NodeId of the root.</param>
/// <param name="Subscribers">Subscriptions of all nodes met.</param>
/// <param name="Depth">Hops from the root to the node that is farthest.</param>
/// <param name="Whole">Whether every node met answered, is in the tree, and takes for its parent the one that takes it for a child.</param>
/// <param name="Truncated">Whether the walk ended at its bound.</param>
/// <param name="Nodes">The root first, then by depth.</param>
public sealed record TopicTree(
    string Topic, string TopicId, string Root, int Subscribers, int Depth, bool Whole, bool Truncated, IReadOnlyList<TopicTreeNode> Nodes);

/// <summary>One node of a topic's tree.</summary>
/// <param name="Answered">Whether it answered the walk; the rest is empty if not.</param>
/// <param name="InTree">Whether it has a parent, or is the root in office.</param>
/// <param name="Parent">NodeId of the node that it takes for its parent; null at the root.</param>
/// <param name="Depth">Hops from the root.</param>
/// <param name="Children">NodeIds, the nearest first.</param>
/// <param name="Subscribers">Subscriptions there; 0 is a mere forwarder.</param>
/// <param name="ChildrenOfAllTopics">What it serves in all trees together (scribe.max-entries).</param>
public sealed record TopicTreeNode(
    string NodeId,
    string Address,
    bool Answered,
    bool InTree,
    string? Parent,
    int Depth,
    IReadOnlyList<string> Children,
    long Subscribers,
    ulong LastSequence,
    long Delivered,
    long Gaps,
    long Duplicates,
    long ChildrenOfAllTopics);

/// <summary>A node by its id and the address where it was last seen.</summary>
public sealed record NodeName(string NodeId, string Address);

/// <summary>A peer of a node, and the smoothed round trip to it where it was measured.</summary>
public sealed record Peer(string NodeId, string Address, long? RttMicros);

/// <summary>The path of a lookup.</summary>
/// <param name="Key">32 hexadecimal digits.</param>
/// <param name="Root">NodeId of the last hop.</param>
public sealed record RouteTrace(string Key, string Root, IReadOnlyList<RouteHop> Hops);

/// <summary>One hop.</summary>
/// <param name="RttMicros">Round trip of the hop, in microseconds.</param>
public sealed record RouteHop(string NodeId, string Address, long RttMicros);

/// <summary>The nodes reached by walking leaf sets.</summary>
/// <param name="Whole">Whether every node met answered, is active, and stands in the leaf sets of its neighbours.</param>
/// <param name="Truncated">Whether the walk ended at its bound.</param>
public sealed record RingWalk(IReadOnlyList<RingNode> Nodes, bool Whole, bool Truncated);

/// <summary>One node of the ring, in order of ids.</summary>
/// <param name="Answered">Whether it answered the walk.</param>
/// <param name="Left">NodeIds counter-clockwise, nearest first.</param>
/// <param name="Right">NodeIds clockwise, nearest first.</param>
public sealed record RingNode(string NodeId, string Address, bool Answered, bool Active, IReadOnlyList<string> Left, IReadOnlyList<string> Right);

/// <summary>A node at one moment.</summary>
public sealed record NodeDescription(
    string NodeId,
    string Address,
    int Pid,
    string Version,
    bool Active,
    bool LeafSetComplete,
    string WaitsFor,
    double UptimeSeconds,
    IReadOnlyList<Peer> LeafSetLeft,
    IReadOnlyList<Peer> LeafSetRight,
    IReadOnlyList<TableRow> RoutingTable,
    IReadOnlyList<Peer> Neighbourhood,
    long Files,
    long Bytes,
    long CapacityBytes,
    int MailboxDepth,
    IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>Whether it hands over what it holds, to end then; it still answers meanwhile.</summary>
    public bool Leaving { get; init; }
}

/// <summary>One row of a routing table: peers that share so many digits with the node.</summary>
public sealed record TableRow(int PrefixDigits, IReadOnlyList<Peer> Entries);

/// <summary>One lookup of a file, explained.</summary>
/// <param name="Route">The way to the key's root, as the ring routes now.</param>
/// <param name="AnsweredBy">Who gave the file's own object; a lookup ends at the first node on its way that has it.</param>
/// <param name="Hops">Hops that the lookup itself took.</param>
/// <param name="Source">replica, or cache where the node that answered is none of the holders.</param>
/// <param name="Micros">How long the lookup took, in microseconds.</param>
/// <param name="Rerouted">Hops that this node sent another way while it ran, because a node was silent; other requests' hops count too.</param>
/// <param name="Holders">Who says to hold it.</param>
public sealed record FileTrace(
    string FileId, string Name, long Size, int K, RouteTrace Route, NodeName AnsweredBy, int Hops, string Source, long Micros, long Rerouted, IReadOnlyList<FileHolder> Holders);

/// <summary>The figures of a node over the last hour, a column a figure.</summary>
/// <param name="PeriodSeconds">Between two samples.</param>
/// <param name="At">When each sample was taken.</param>
/// <param name="Series">By name, a value for each sample; null where the node had none.</param>
public sealed record MetricsHistory(double PeriodSeconds, IReadOnlyList<DateTimeOffset> At, IReadOnlyDictionary<string, IReadOnlyList<long?>> Series);

/// <summary>An error of the gateway (application/problem+json).</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was refused, by whom, and what would help.</param>
/// <param name="Code">Stable, in kebab case.</param>
/// <param name="NextAttempt">After "full" or "bad-receipt": the attempt to go on with, if any is left.</param>
public sealed record Problem(string Title, int Status, string Detail, string Code, int? NextAttempt = null);
