using System.Security.Cryptography;
using PastryActors.Core.Ring;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Access;
using PastryActors.Node.Workers;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Hosting;

/// <summary>A node that an engine runs in this process. Disposing of it stops it without another word.</summary>
public interface IHostedNode : IAsyncDisposable
{
    /// <summary>The nodeId.</summary>
    RingId Id { get; }

    /// <summary>What the gateway asks.</summary>
    INodeAccess Access { get; }

    /// <summary>Its background work.</summary>
    INodeUpkeep Upkeep { get; }

    /// <summary>Ends, faulted, when the engine gave the node up; never otherwise.</summary>
    Task Failure { get; }

    /// <summary>
    /// Hands over what the node holds to those that take its place, until each of them has it durably; after it the node is to leave. Null where there is no node active in a ring, or
    /// it does so already.
    /// </summary>
    /// <param name="timeout">At most that.</param>
    Task<HandedOver?> HandOverAsync(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Tells the neighbours that the node leaves, and waits until they were told.</summary>
    Task LeaveAsync(CancellationToken deadline);
}

/// <summary>Starts a node on an engine: the one place where store, core, transport and applications are put together.</summary>
/// <param name="settings">Validated.</param>
/// <param name="owner">The owner's key: the factory makes the signers, since the node's own key is the engine's.</param>
public delegate Task<StartedNode> NodeFactory(NodeSettings settings, ECDsa owner, ILoggerFactory logs, CancellationToken cancellation);

/// <summary>What a factory hands over.</summary>
/// <param name="OwnerSigner">Signs with the owner's key; the same object that the node's workers use, so that all signatures share batches.</param>
public sealed record StartedNode(IHostedNode Node, BatchSigner OwnerSigner);
