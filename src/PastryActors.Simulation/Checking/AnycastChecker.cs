using System.Buffers.Binary;
using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// An anycast that was taken was given to a subscription of its topic on the node that the sender was told; no subscription is given more than
/// it wants, none of another topic's, and none the same twice. That no other has it too is promised only while nodes answer in time.
/// </summary>
public sealed class AnycastChecker(TopicWorkload topics) : IChecker
{
    /// <inheritdoc/>
    public string Name => "anycasts";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = FirstProblem(out int taken, out int twice);
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{taken} of {topics.Anycasts.Count} taken, {twice} by more than one"));
    }

    /// <summary>The first thing that is wrong, in words; null if all is right.</summary>
    public string? FirstProblem(out int taken, out int twice)
    {
        (taken, twice) = (0, 0);
        Dictionary<ulong, List<SimNode>> given = [];
        foreach (TopicSubscription subscription in topics.Subscriptions)
        {
            HashSet<ulong> own = [];
            foreach (AnycastDelivered delivered in subscription.Ask.Replies.OfType<AnycastDelivered>())
            {
                ulong mark = BinaryPrimitives.ReadUInt64BigEndian(delivered.Item.Payload.Span);
                if (!topics.Belongs(mark, subscription.Topic, delivered.Item.Publisher)) return $"{subscription.Topic}: {subscription.Ask.Node} was given a message that nobody sent there";
                if (!own.Add(mark)) return $"{subscription.Topic}: {subscription.Ask.Node} was given one message twice";
                if (!given.TryGetValue(mark, out List<SimNode>? nodes)) given[mark] = nodes = [];
                nodes.Add(subscription.Ask.Node);
            }

            int wanted = ((Subscribe)subscription.Ask.Request).AnycastsWanted;
            if (own.Count > wanted) return $"{subscription.Topic}: {subscription.Ask.Node} wanted {wanted} messages and was given {own.Count}";
        }

        twice = given.Values.Count(static nodes => nodes.Count > 1);
        foreach (TopicPublish anycast in topics.Anycasts)
        {
            if (anycast.Ask.Last is not AnycastAccepted accepted) continue;
            taken++;
            if (!given.TryGetValue(anycast.Mark, out List<SimNode>? by) || !by.Exists(n => n.Id == accepted.By.Id)) return $"{anycast.Topic}: {accepted.By.Id} is said to have taken a message, and has not";
        }

        return null;
    }
}
