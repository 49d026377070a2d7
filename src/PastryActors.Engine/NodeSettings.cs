using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Engine;

/// <summary>What an engine needs to run one node.</summary>
/// <param name="Key">The node's key, hence its nodeId. The caller disposes of it, after the node has stopped.</param>
/// <param name="CoreFactory">
/// Makes a core with fresh state, for the handle under which peers know the node; called again after a failure. On the node's thread.
/// </param>
/// <param name="Workers">Does the slow work of the node.</param>
/// <param name="Listener">Hears replies, facts and failures.</param>
/// <param name="NextIncarnation">
/// The number of this start of the node; asked at every start, also after a failure, so that peers tell the fresh core from the lost
/// one. Greater each time, also across starts of the process: the host keeps it on disk, or takes the time in seconds.
/// </param>
public sealed record NodeSettings(
    NodeKey Key,
    Func<NodeHandle, INodeCore> CoreFactory,
    IWorkers Workers,
    INodeListener Listener,
    Func<uint> NextIncarnation);
