using System.Diagnostics;
using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios.Steps;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>
/// Runs a scenario in two phases: first its timeline, in which only safety is judged; then all faults end, and the ring must become
/// whole, place its files, mend its trees and serve everybody. The checkers conclude after that.
/// </summary>
public sealed class ScenarioRun
{
    /// <summary>From this many nodes on memory is measured.</summary>
    private const int MemoryNodesMin = 500;

    private readonly Action<ScenarioProgress> _progress;
    private readonly List<CheckResult> _failures = [];
    private readonly List<IChecker> _checkers;
    private readonly Sampler _sampler;
    private readonly StormGuard _storms;
    private readonly CancellationToken _stop;
    private readonly long _heldBefore;
    private LookupFigures _measured = new();
    private double _memoryPerNodeBytes;
    private int _step;

    private ScenarioRun(Scenario scenario, Action<ScenarioProgress> progress, Func<SimNode, INodeCore, INodeCore>? wrap, CancellationToken stop)
    {
        (Scenario, _progress, _stop) = (scenario, progress, stop);
        _heldBefore = scenario.Nodes < MemoryNodesMin ? 0 : GC.GetTotalMemory(forceFullCollection: true);
        Ring = new SimRing(scenario.Seed, ScenarioOptions.RingOf(scenario), ScenarioOptions.WorldOf(scenario)) { Wrap = wrap };
        Random = new RandomSource(Mixing.Of(scenario.Seed, 0x5343454E));
        Lookups = new LookupBook(Ring);
        Files = new FileWorkload(Ring);
        Topics = new TopicWorkload(Ring);
        Channels = new ChannelWorkload(Ring);
        Placement = new FileChecker(Ring, Files);
        Streams = new TopicStreamChecker(Topics, () => StreamsAreUnsure);
        Prefixes = new PrefixStreamChecker(Topics, () => StreamsAreUnsure);
        Window = new MeasureWindow(Ring, Lookups);
        _sampler = new Sampler(Ring, Files, Sampled);
        _checkers = [new DeliveryChecker(Lookups), new LoopChecker(Lookups), new TableChecker(Ring), new LeafSetChecker(Ring.Options.Overlay.LeafSetSize), new BoundChecker()];
        if (Ring.Options.Past is not null) _checkers.AddRange([Placement, new StorageChecker(Ring, Files, Placement)]);
        if (Ring.Options.Scribe is not null) _checkers.AddRange([Streams, Prefixes, new AnycastChecker(Topics)]);
        if (Ring.Options.Streams is not null) _checkers.AddRange([new ChannelStreamChecker(Channels), new ForwardingChecker(Ring)]);
        if (Ring.Options.Past is { KeepsLedgers: true }) _checkers.Add(Quotas = new QuotaChecker(Ring));
        // The others look at books and cores when they conclude; a fact that nobody needs costs a call each all the same.
        World.Listen(_checkers.OfType<BoundChecker>().Single());
        _storms = new StormGuard(World);
        World.Pulse = Pulse;
    }

    internal Scenario Scenario { get; }

    internal SimRing Ring { get; }

    internal SimWorld World => Ring.World;

    internal RandomSource Random { get; }

    internal LookupBook Lookups { get; }

    internal FileWorkload Files { get; }

    internal TopicWorkload Topics { get; }

    internal ChannelWorkload Channels { get; }

    internal FileChecker Placement { get; }

    /// <summary>Null where owners have no quotas.</summary>
    internal QuotaChecker? Quotas { get; }

    internal TopicStreamChecker Streams { get; }

    internal PrefixStreamChecker Prefixes { get; }

    internal MeasureWindow Window { get; }

    internal Figures Figures { get; } = new();

    /// <summary>Which nodes were made to subscribe to which topics.</summary>
    internal HashSet<(int Node, string Topic)> Subscribed { get; } = [];

    /// <summary>When the last stall ends.</summary>
    internal Instant StalledUntil { get; set; }

    /// <summary>Whether the network was cut since the ring last converged: then topics may have had two roots.</summary>
    internal bool WasCut => Lookups.Sides.WasCut;

    /// <summary>Whether topics may have had two roots, or one that lied, since the ring last converged.</summary>
    internal bool StreamsAreUnsure => WasCut || Topics.HadForgers;

    /// <summary>Runs a scenario.</summary>
    /// <param name="progress">Told how far it is, in the thread of the run.</param>
    /// <param name="wrap">Put around every core: how tests break nodes on purpose.</param>
    /// <param name="parallel">Runs at once at most, of a scenario that has several.</param>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public static ScenarioResult Run(
        Scenario scenario, Action<ScenarioProgress>? progress = null, Func<SimNode, INodeCore, INodeCore>? wrap = null, int parallel = 1, CancellationToken stop = default) =>
        ScenarioRuns.Run(scenario, parallel, one => new ScenarioRun(one, progress ?? (static _ => { }), wrap, stop).Execute());

    /// <summary>Notes that something did not hold.</summary>
    internal void Fail(string check, string detail) => _failures.Add(new CheckResult(check, false, detail));

    /// <summary>How many an amount means: a number, so many for each of the scenario's nodes, a share of <paramref name="all"/>, or all of them.</summary>
    internal int CountOf(ScenarioStep step, int all)
    {
        if (step.Amount == "all") return all;
        char unit = step.Amount[^1];
        double value = double.Parse(unit is '%' or 'n' ? step.Amount.AsSpan(0, step.Amount.Length - 1) : step.Amount, CultureInfo.InvariantCulture);
        return (int)Math.Round(unit switch { '%' => all * value / 100, 'n' => Scenario.Nodes * value, _ => value });
    }

    /// <summary>Does something so many times, evenly over the step's time; the timeline waits for it unless the step says meanwhile.</summary>
    internal void Spread(ScenarioStep step, int count, Action act)
    {
        TimeSpan over = step["over"] is { } text ? ScenarioDuration.Parse(text) : TimeSpan.Zero;
        Instant begin = World.Now;
        DoNext(0);
        if (step["meanwhile"] is null) World.RunFor(over);

        void DoNext(int done)
        {
            // What is due at one moment is done in one event; the next moment is an event of its own, so that few of them wait.
            while (done < count && begin + (over * ((double)done / count)) <= World.Now)
            {
                act();
                done++;
            }

            if (done < count) World.At(begin + (over * ((double)done / count)), () => DoNext(done));
        }
    }

    /// <summary>Ends what is measured under a name, and measures anew.</summary>
    internal void EndPhase(string name)
    {
        Drain();
        Window.AddTo(Figures, name);
        if (SeeMemory() is { } held) Figures[$"{name}.memoryPerNodeBytes"] = Math.Round(held);
        Window.Restart();
    }

    private ScenarioResult Execute()
    {
        var watch = Stopwatch.StartNew();
        _sampler.Begin();
        try
        {
            // What comes after a broken promise rests on it: the run ends there, with the figures so far.
            for (int i = 0; i < Scenario.Steps.Count && _failures.Count == 0; i++) Do(Scenario.Steps[i]);
            _step = Scenario.Steps.Count + 1;
            Drain();
            Window.AddTo(Figures, "");
            _measured = Lookups.Figures;
            Lookups.Restart();
            if (_failures.Count == 0) MembershipSteps.Converge(this, MembershipSteps.SettleWithin);
            if (_failures.Count == 0) LastWord.Demand(this);
        }
        catch (SimulationFailedException e)
        {
            _failures.Add(new CheckResult("cores", false, e.Message) { Cause = PlaceOf(e.InnerException ?? e) });
        }

        return Conclude(watch.Elapsed);
    }

    /// <summary>Which exception came out of which method of the project.</summary>
    private static string PlaceOf(Exception fault)
    {
        DiagnosticMethodInfo? place = new StackTrace(fault).GetFrames().Select(DiagnosticMethodInfo.Create).FirstOrDefault(static m => m?.DeclaringTypeName?.StartsWith("PastryActors", StringComparison.Ordinal) == true);
        return $"{fault.GetType().Name} in {place?.DeclaringTypeName?.Split('.')[^1]}.{place?.Name}";
    }

    private void Do(ScenarioStep step)
    {
        _step++;
        World.RunFor(step.After);
        StepTable.Verbs[step.Verb].Do(this, step);
    }

    /// <summary>Lets lookups that are under way arrive; what has not after a minute is lost.</summary>
    private void Drain() => World.RunUntil(() => Lookups.Figures.Lost <= 0, World.Now + TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100));

    private void Sampled()
    {
        Window.See();
        Pulse();
    }

    private void Pulse()
    {
        _stop.ThrowIfCancellationRequested();
        _storms.Look();
        string line = _step <= Scenario.Steps.Count && _step > 0 ? ScenarioWriter.Line(Scenario.Steps[_step - 1]) : "all faults end";
        _progress(new ScenarioProgress(_step, Scenario.Steps.Count + 1, line, World.Now - default(Instant), World.Live.Count, Ring.Members.Count, World.Counters.Events));
    }

    private ScenarioResult Conclude(TimeSpan took)
    {
        List<CheckResult> checks = [.. _failures];
        // Where a core threw, the world stands in the middle of an event and nothing else can be judged.
        if (!checks.Exists(static c => c.Name == "cores")) checks.AddRange(_checkers.Select(c => c.Conclude(World)));
        AddRunFigures(took);
        checks.AddRange(Scenario.Bounds.Span.ToArray().Select(b => b.Judge(Figures)));
        return new ScenarioResult(
            Scenario, (World.Now - default(Instant)).TotalSeconds, took.TotalSeconds, World.Counters.Events, World.TraceValue, checks, Figures.All, _sampler.Samples, _measured.Hops, _measured.Ratios);
    }

    /// <summary>Notes what the world holds at this moment, every unused byte collected. Small rings are not worth the collection, and their figure would be that of the program.</summary>
    internal double? SeeMemory()
    {
        if (World.Live.Count < MemoryNodesMin) return null;
        double held = (GC.GetTotalMemory(forceFullCollection: true) - _heldBefore) / World.Live.Count;
        _memoryPerNodeBytes = Math.Max(_memoryPerNodeBytes, held);
        return held;
    }

    private void AddRunFigures(TimeSpan took)
    {
        Figures["eventsPerSecond"] = Math.Round(World.Counters.Events / Math.Max(0.001, took.TotalSeconds));
        SeeMemory();
        if (_memoryPerNodeBytes > 0) Figures["memoryPerNodeBytes"] = Math.Round(_memoryPerNodeBytes);
        if (Ring.Options.Past is not null && Files.Acknowledged.Count + Files.InsertsFailed > 0)
        {
            Figures["filesAcknowledged"] = Files.Acknowledged.Count;
            Figures["insertsFailed"] = Files.InsertsFailed;
        }

        if (Ring.Options.Past is { AuditPeriod.Ticks: > 0 })
        {
            Figures["auditsPassed"] = Ring.Facts.Count(FactKind.AuditPassed);
            Figures["auditsFailed"] = Ring.Facts.Count(FactKind.AuditFailed);
            Figures["standIns"] = Ring.Facts.Count(FactKind.StandInFound);
        }

        Channels.AddTo(Figures);
        if (Topics.EverHadForgers)
        {
            Figures["forged"] = Ring.Facts.Count(FactKind.MessageForged);
            Figures["repeated"] = Ring.Facts.Count(FactKind.MessageRepeated);
        }

        NearestReplica.AddTo(Figures, Ring, Files);
    }
}
