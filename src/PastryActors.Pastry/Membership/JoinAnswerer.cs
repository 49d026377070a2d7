using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// A member's part in the join of another (Middleware 2001, section 2.4): on the way it adds itself and those of its rows that fit the
/// joiner's prefix; as the root it answers with its leaf set. It is an application like any other, on the hooks of the overlay.
/// </summary>
internal sealed class JoinAnswerer(NodeContext node) : IPastryApplication
{
    public bool Forward(ref RoutedMessage message, ref NodeHandle next)
    {
        var join = (JoinRequest)message.Payload;
        int rows = node.Self.Id.SharedPrefixLength(join.Joiner.Id, node.Options.DigitBits) + 1;
        List<NodeHandle> nodes = [.. join.Nodes, node.Self];
        for (int row = join.Rows; row < rows; row++) nodes.AddRange(node.Table.Row(row).Where(n => n.Id != join.Joiner.Id));
        message.Payload = join with { Rows = Math.Max(rows, join.Rows), Nodes = nodes.ToValueList() };
        return true;
    }

    public void Deliver(in RoutedMessage message)
    {
        if (message.Direct)
        {
            // Only the route knows whether this node is the root, and active: a join sent past it would be answered wrongly.
            node.Report(FactKind.MessageRefused, message.Source.Id, JoinRequest.Number);
            return;
        }

        var join = (JoinRequest)message.Payload;
        ValueList<NodeHandle> leafs = node.Leafs.Members().Append(node.Self).Where(n => n.Id != join.Joiner.Id).ToValueList();
        node.Send(join.Joiner, new JoinReply(leafs, join.Nodes));
    }

    public void NewLeafs(LeafSetView leafs)
    {
    }
}
