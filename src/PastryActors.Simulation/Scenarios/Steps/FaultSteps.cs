using PastryActors.Past.Certificates;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios.Steps;

/// <summary>What goes wrong around the nodes. While any of it lasts deliveries are not judged, until the ring has converged again.</summary>
internal static class FaultSteps
{
    public static void Cut(ScenarioRun run, ScenarioStep step)
    {
        SimNode[] side = Drawn(run, step);
        bool oneWay = step["oneway"] is not null;
        // Who hears and is not heard takes others for dead that are not, and is taken for alive: nothing can be told of its side.
        if (oneWay) run.Lookups.IsJudging = false;
        run.Lookups.Sides.Cut(side, run.World.Now);
        Partition cut = run.World.Network.Cut(side, oneWay: oneWay);
        After(run, step, () =>
        {
            run.World.Network.Heal(cut);
            run.Lookups.Sides.Heal(run.World.Now);
        });
    }

    public static void Heal(ScenarioRun run)
    {
        run.World.Network.HealAll();
        run.Lookups.Sides.Heal(run.World.Now);
    }

    public static void Loss(ScenarioRun run, ScenarioStep step)
    {
        run.World.Network.MessageLoss = run.CountOf(step, 10_000) / 10_000.0;
        if (run.World.Network.MessageLoss > 0) run.Lookups.IsJudging = false;
    }

    public static void Duplicate(ScenarioRun run, ScenarioStep step) => run.World.Network.Duplication = run.CountOf(step, 10_000) / 10_000.0;

    public static void Stall(ScenarioRun run, ScenarioStep step)
    {
        run.Lookups.IsJudging = false;
        TimeSpan duration = ScenarioDuration.Parse(step["for"]!);
        foreach (SimNode node in Drawn(run, step)) run.World.Stall(node, duration);
        if (run.World.Now + duration > run.StalledUntil) run.StalledUntil = run.World.Now + duration;
    }

    public static void Slow(ScenarioRun run, ScenarioStep step)
    {
        run.Lookups.IsJudging = false;
        foreach (SimNode node in Drawn(run, step)) run.World.Slow(node, ScenarioDuration.Parse(step["by"]!));
    }

    /// <summary>Damages replicas on disks, one of an object at most: with k of them rotten nobody could help.</summary>
    public static void Rot(ScenarioRun run, ScenarioStep step)
    {
        run.Files.Collect();
        ObjectCertificate[] objects = [.. run.Files.Acknowledged.OrderBy(_ => run.Random.NextUInt64())];
        foreach (ObjectCertificate certificate in objects.Take(run.CountOf(step, objects.Length)))
        {
            SimNode[] holders = [.. run.Placement.HoldersOf(CertificateRules.ObjectOf(certificate))];
            bool isRotten = Array.Exists(holders, n => n.Disk!.IsRotten(CertificateRules.ObjectOf(certificate)));
            if (holders.Length >= certificate.Replicas && !isRotten) holders[run.Random.Next(holders.Length)].Disk!.Rot(CertificateRules.ObjectOf(certificate));
        }
    }

    /// <summary>The network is in one piece again and loses nothing, and every node is as fast as it can be.</summary>
    public static void EndAll(ScenarioRun run)
    {
        Heal(run);
        run.World.Network.MessageLoss = 0;
        run.World.Network.Duplication = 0;
        run.World.Network.Swallows = null;
        foreach (SimNode node in run.World.Nodes)
        {
            run.World.Slow(node, TimeSpan.Zero);
            Fill(node, isFull: false);
        }

        run.Ring.EndLies();
    }

    /// <summary>Disks refuse every write.</summary>
    public static void DiskFull(ScenarioRun run, ScenarioStep step)
    {
        SimNode[] drawn = [.. Drawn(run, step).Where(static n => n.Disk is not null)];
        foreach (SimNode node in drawn) Fill(node, isFull: true);
        After(run, step, () => Array.ForEach(drawn, static n => Fill(n, isFull: false)));
    }

    /// <summary>Nodes begin to lie. Lookups may be lost from then on; what honest nodes deliver and accept is judged all the same.</summary>
    public static void Lie(ScenarioRun run, ScenarioStep step)
    {
        LieKind kind = Enum.Parse<LieKind>(step["kind"]!, ignoreCase: true);
        SimNode[] drawn = Drawn(run, step);
        if (kind == LieKind.Messages) run.Topics.BeginForging();
        foreach (SimNode node in drawn) run.Ring.Lie(node, kind, run.Random.NextUInt64());
        After(run, step, () => Array.ForEach(drawn, SimRing.BeHonest));
    }

    private static void Fill(SimNode node, bool isFull)
    {
        if (node.Disk is { } disk) disk.IsFull = isFull;
    }

    private static void After(ScenarioRun run, ScenarioStep step, Action act)
    {
        if (step["for"] is { } time) run.World.At(run.World.Now + ScenarioDuration.Parse(time), act);
    }

    private static SimNode[] Drawn(ScenarioRun run, ScenarioStep step)
    {
        SimNode[] live = [.. run.Ring.Live.OrderBy(_ => run.Random.NextUInt64())];
        return live[..Math.Min(live.Length, run.CountOf(step, live.Length))];
    }
}
