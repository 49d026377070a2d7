using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.World;

/// <summary>What a core is made from, at every start of its node.</summary>
/// <param name="Node">The node that starts.</param>
/// <param name="Self">The handle of this start.</param>
/// <param name="Seed">For the core's random source; another one at every start.</param>
/// <param name="Stored">What the node's disk holds, in the order of fileIds; empty on a new disk.</param>
/// <param name="PublicKey">The node's public key, whose hash is its id unless the world was told another.</param>
/// <param name="OwnerKey">The public key of the owner whom the node's applications insert for.</param>
public readonly record struct NodeStart(SimNode Node, NodeHandle Self, ulong Seed, ValueList<StoreEntry> Stored, Blob PublicKey, Blob OwnerKey);

/// <summary>A node's place in the world: who it is, whether it is up, and its core. One small object a node; what few nodes need is made when they need it.</summary>
public sealed class SimNode
{
    internal SimNode(int index, NodeHandle handle, int owner, Func<NodeStart, INodeCore> make)
    {
        Index = index;
        Handle = handle;
        Make = make;
        Owner = owner;
    }

    /// <summary>Position among the world's nodes, from 0.</summary>
    public int Index { get; }

    /// <summary>The node as others know it: of its newest start, also while it is down.</summary>
    public NodeHandle Handle { get; internal set; }

    /// <summary>The nodeId.</summary>
    public RingId Id => Handle.Id;

    /// <summary>The running core; null while the node is down.</summary>
    public INodeCore? Core { get; internal set; }

    /// <summary>Whether the node runs.</summary>
    public bool IsUp => Core is not null;

    /// <summary>The number of the owner whom the node's applications insert for: its own index, unless several nodes share an owner.</summary>
    public int Owner { get; }

    /// <summary>The node's disk: null until the first work for it.</summary>
    public SimDisk? Disk { get; internal set; }

    internal Func<NodeStart, INodeCore> Make { get; }

    internal Mailbox? Mailbox { get; set; }

    /// <summary>When the bulk lane will have sent all that was given to it.</summary>
    internal long BulkFreeAtTicks { get; set; }

    /// <summary>How often the node moved to another address.</summary>
    internal int Moves { get; set; }

    /// <summary>When its newest start was.</summary>
    internal Instant StartedAt { get; set; }

    /// <summary>Whether the node said that it became a member, and has not said otherwise.</summary>
    internal bool IsMember { get; set; }

    /// <summary>Position among the nodes that are up; -1 while it is down.</summary>
    internal int LivePlace { get; set; } = -1;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"node {Index} ({Handle})");
}
