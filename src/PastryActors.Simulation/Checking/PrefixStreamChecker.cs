using System.Buffers.Binary;
using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// A subscription to a prefix is given messages of topics below it alone, none twice; all subscribers see one order; and every message below it
/// whose publish began after the subscription stood and was acknowledged has come to it, after quiescence.
/// </summary>
/// <param name="isUnsure">Whether the network was cut, or a root may have lied, since the books were last begun anew.</param>
public sealed class PrefixStreamChecker(TopicWorkload topics, Func<bool> isUnsure) : IChecker
{
    /// <inheritdoc/>
    public string Name => "prefixes";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = FirstProblem(complete: true);
        int count = topics.Subscriptions.Count(static s => TopicPrefix.IsPrefix(s.Topic));
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{count} subscriptions to prefixes"));
    }

    /// <summary>The first thing that is wrong, in words; null if all is right.</summary>
    /// <param name="complete">Whether every acknowledged message must have come by now.</param>
    public string? FirstProblem(bool complete)
    {
        Dictionary<(string Prefix, ulong Sequence), ulong> places = [];
        foreach (TopicSubscription subscription in topics.Subscriptions.Where(static s => TopicPrefix.IsPrefix(s.Topic)))
        {
            if (Read(subscription, places, out HashSet<ulong> marks) is { } problem) return problem;
            if (!complete || !subscription.IsLive || isUnsure()) continue;
            foreach (TopicPublish publish in topics.Publishes)
            {
                bool counts = publish.Ask.Last is Published && publish.Ask.AskedAt > subscription.Ask.AnsweredAt && TopicPrefix.Above(publish.Topic).Contains(subscription.Topic);
                if (counts && !marks.Contains(publish.Mark)) return $"{subscription.Topic}: a message of {publish.Topic} was acknowledged and did not reach {subscription.Ask.Node}";
            }
        }

        return null;
    }

    private string? Read(TopicSubscription subscription, Dictionary<(string Prefix, ulong Sequence), ulong> places, out HashSet<ulong> marks)
    {
        marks = [];
        foreach (TopicMessages run in subscription.Ask.Replies.Skip(subscription.Baseline).OfType<TopicMessages>())
        {
            ulong sequence = run.First;
            foreach (TopicItem item in run.Items)
            {
                if (!TopicPrefix.TryUnwrap(subscription.Topic, item.Payload, out string name, out Blob payload)) return $"{subscription.Topic}: {subscription.Ask.Node} got a message that is of no topic below";
                ulong mark = BinaryPrimitives.ReadUInt64BigEndian(payload.Span);
                if (!topics.Belongs(mark, name, item.Publisher)) return $"{subscription.Topic}: {subscription.Ask.Node} got a message of {name} that was not published there, or by another";
                if (!marks.Add(mark)) return $"{subscription.Topic}: {subscription.Ask.Node} got one message twice";
                if (!isUnsure() && !places.TryAdd((subscription.Topic, sequence), mark) && places[(subscription.Topic, sequence)] != mark) return $"{subscription.Topic}: two subscribers got different messages {sequence}";
                sequence++;
            }
        }

        return null;
    }
}
