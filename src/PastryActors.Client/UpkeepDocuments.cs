namespace PastryActors.Client;

/// <summary>What a node does in the background to keep files alive, and how fast.</summary>
/// <param name="Paused">Whether any of it rests because an operator said so.</param>
/// <param name="UnderReplicated">Objects that should be on the node and are not, as far as it knows.</param>
/// <param name="Examples">Some of these, by object id.</param>
/// <param name="BytesPerSecond">At which k is restored at most.</param>
/// <param name="ObjectsAtOnce">Fetched at once at most to restore k.</param>
public sealed record RepairDescription(
    string NodeId, bool Paused, int UnderReplicated, IReadOnlyList<string> Examples, long BytesPerSecond, int ObjectsAtOnce, IReadOnlyList<BackgroundWorker> Workers);

/// <summary>One worker.</summary>
/// <param name="Name">replicas, pointers, stripes (of coded files), scrub or compaction.</param>
/// <param name="State">idle, working, paused, throttled (by its rate) or yielding (to users' requests).</param>
/// <param name="Queue">Objects that wait; of scrub, bytes left in the pass under way.</param>
/// <param name="Done">Objects done since the start; of scrub, bytes.</param>
/// <param name="BytesPerSecond">At most, now; null where there is no such bound.</param>
/// <param name="LastError">Empty if there was none.</param>
/// <param name="Detail">In words.</param>
public sealed record BackgroundWorker(string Name, string State, long Queue, long Done, long? BytesPerSecond, string LastError, string Detail);

/// <summary>What an operator wants changed.</summary>
/// <param name="Action">pause, resume, speed or scrub (begin a pass now).</param>
/// <param name="Worker">For pause and resume: replicas, stripes, scrub or compaction; null for all.</param>
/// <param name="BytesPerSecond">For speed; null leaves it.</param>
/// <param name="ObjectsAtOnce">For speed; null leaves it.</param>
public sealed record RepairOrder(string Action, string? Worker = null, long? BytesPerSecond = null, int? ObjectsAtOnce = null);

/// <summary>What is wrong with a ring, as one of its nodes found by asking all that it reached.</summary>
public sealed record RingDiagnosis(IReadOnlyList<Finding> Findings, int NodesAsked);

/// <summary>One thing that is wrong.</summary>
/// <param name="Code">Stable, in kebab case (docs/operations.md lists them).</param>
/// <param name="Severity">critical: files are at risk; warning: something wants doing; info: worth knowing.</param>
/// <param name="Node">The nodeId, "ring", or where else it is.</param>
/// <param name="What">In words.</param>
/// <param name="Advice">What to do.</param>
public sealed record Finding(string Code, string Severity, string Node, string What, string Advice);

/// <summary>From which severity on a node logs.</summary>
/// <param name="Levels">By subsystem (gateway, node, overlay, past, scribe, store, transport): trace, debug, info, warning, error or off.</param>
public sealed record LogDescription(IReadOnlyDictionary<string, string> Levels);

/// <summary>What is to be logged until the node restarts.</summary>
/// <param name="Level">trace, debug, info, warning, error or off.</param>
/// <param name="Subsystem">One; null for all.</param>
public sealed record LogOrder(string Level, string? Subsystem = null);
