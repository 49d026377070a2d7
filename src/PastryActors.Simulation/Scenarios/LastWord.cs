using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>When all faults are over and the ring has converged, everybody is served: every lookup arrives, every file is read, every topic delivers, every channel carries a stream, and no request is left without an answer.</summary>
internal static class LastWord
{
    private const int LookupCount = 200;

    private const int FilesMax = 200;

    private const int TopicsMax = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Stride = TimeSpan.FromMilliseconds(100);

    public static void Demand(ScenarioRun run)
    {
        Instant begun = run.World.Now;
        for (int i = 0; i < LookupCount; i++)
        {
            if (run.Ring.DrawActive(run.Random) is { } node) run.Lookups.Route(node, run.Random);
        }

        foreach (ObjectCertificate certificate in run.Files.Acknowledged.Take(FilesMax).ToArray())
        {
            if (run.Ring.DrawActive(run.Random) is { } node) run.Files.Read(node, certificate);
        }

        foreach (string topic in run.Topics.Subscriptions.Where(static s => !s.Ask.IsOrphaned).Select(static s => s.Topic).Distinct().Take(TopicsMax).ToArray())
        {
            if (run.Ring.DrawActive(run.Random) is { } node) run.Topics.Publish(node, topic.Replace("#", "last", StringComparison.Ordinal));
            if (run.Ring.DrawActive(run.Random) is { } subscriber) run.Topics.Subscribe(subscriber, topic);
        }

        foreach (string topic in run.Topics.Retained.Keys)
        {
            if (run.Ring.DrawActive(run.Random) is { } reader) run.Topics.Subscribe(reader, topic, from: 1);
        }

        run.World.RunUntil(() => IsServed(run), begun + Patience, Stride);
        Judge(run, begun);
        // Reading finds replicas that rotted in silence; they must be made good again.
        run.World.RunUntil(() => run.Placement.Misplaced(surplus: 0) is null, run.World.Now + Patience, Stride);
        LastStream.Demand(run);
        // What a step of the timeline still publishes may be on its way at this moment; and what inserts that died half way had debited is found
        // in laps, and let go when it was seen nowhere for the grace. Both are judged when this is over, so both must be well at one moment.
        run.World.RunUntil(() => IsServed(run) && run.Quotas?.Problem() is null, run.World.Now + Patience + (run.Quotas is null ? TimeSpan.Zero : LedgerPatience(run)), Stride);
    }

    private static TimeSpan LedgerPatience(ScenarioRun run) => (3 * run.Ring.Options.Past!.DebitGrace) + (40 * run.Ring.Options.Past.SyncPeriod);

    private static bool IsServed(ScenarioRun run) =>
        run.Lookups.Figures.Lost == 0 && run.Files.IsIdle && run.Topics.IsIdle && (run.Topics.Publishes.Count == 0 || (run.Streams.FirstProblem(complete: true) ?? run.Prefixes.FirstProblem(complete: true)) is null);

    private static void Judge(ScenarioRun run, Instant begun)
    {
        if (run.Lookups.Figures.Lost > 0) run.Fail("serves", $"{run.Lookups.Figures.Lost} of {run.Lookups.Figures.Issued} lookups in a whole ring were lost");
        if (!run.Files.IsIdle || !run.Topics.IsIdle) run.Fail("serves", $"a request has no answer after {Patience}");
        foreach ((SimAsk ask, ObjectCertificate certificate) in run.Files.Reads)
        {
            if (ask.AskedAt >= begun && ask.Last is not ObjectFound) run.Fail("serves", $"{certificate.Name} was not read from {ask.Node}: {ask.Last}");
        }

        foreach (TopicSubscription subscription in run.Topics.Subscriptions)
        {
            if (subscription.Ask.AskedAt >= begun && !subscription.IsLive) run.Fail("serves", $"{subscription.Ask.Node} could not subscribe to {subscription.Topic}: {subscription.Ask.Last}");
        }

        foreach (TopicPublish publish in run.Topics.Publishes)
        {
            if (publish.Ask.AskedAt >= begun && publish.Ask.Last is not Published) run.Fail("serves", $"a message to {publish.Topic} was not taken from {publish.Ask.Node}: {publish.Ask.Last}");
        }
    }
}
