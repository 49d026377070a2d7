using PastryActors.Core.Driving;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Nodes;

/// <summary>How many nodes are members of a ring at this moment, by what they report: known without looking at them all.</summary>
internal sealed class MemberTally : IFactListener
{
    public MemberTally(SimWorld world)
    {
        world.Listen(this);
        world.Stopping += node => Set(node, isMember: false);
    }

    /// <summary>Nodes that are up and said that they became active.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
        if (fact.Kind == FactKind.BecameActive) Set(node, isMember: true);
        else if (fact.Kind == FactKind.BecameInactive || (fact.Kind == FactKind.NodeLeft && fact.Subject == node.Id)) Set(node, isMember: false);
    }

    private void Set(SimNode node, bool isMember)
    {
        if (node.IsMember == isMember) return;
        node.IsMember = isMember;
        Count += isMember ? 1 : -1;
    }
}
