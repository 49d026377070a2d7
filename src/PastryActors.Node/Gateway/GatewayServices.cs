using PastryActors.Core.Collections;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Logging;

namespace PastryActors.Node.Gateway;

/// <summary>What the endpoints stand on.</summary>
public sealed record GatewayServices(
    INodeAccess Node, FileInserter Inserter, FileReader Reader, FileInspector Inspector, OwnerJournal Journal, FileTransferOptions Transfer, TimeProvider Time, Blob Owner)
{
    /// <summary>The node's background work; null where there is none to steer.</summary>
    public INodeUpkeep? Upkeep { get; init; }

    /// <summary>What is logged, to be changed while the node runs; null where nobody can.</summary>
    internal LogLevels? LogLevels { get; init; }

    /// <summary>The usual composition over a node and an owner.</summary>
    public static GatewayServices Over(INodeAccess node, OwnerIdentity owner, OwnerJournal journal, FileTransferOptions transfer, TimeProvider time)
    {
        var reader = new FileReader(node, transfer);
        return new GatewayServices(
            node, new FileInserter(node, owner, journal, transfer), reader, new FileInspector(node, reader, owner, journal, transfer, time), journal, transfer, time, owner.PublicKey);
    }
}
