using System.CommandLine;
using System.Globalization;
using PastryActors.Simulation.Experiments;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry sim experiments: runs the papers' experiments, keeps what they measured, and makes a page of what was kept.</summary>
internal static class SimExperimentCommand
{
    public static Command Build(CommandActions actions)
    {
        var run = new Option<string?>("--run") { HelpName = "NAME,...", Description = "Runs these experiments or scenarios, or all; without it none is run." };
        var nodes = new Option<int?>("--nodes") { Description = "Runs them with so many nodes, in place of their full sizes." };
        var results = new Option<string>("--results") { DefaultValueFactory = _ => Path.Combine("docs", "experiments"), HelpName = "FOLDER", Description = "Where results are kept, a file each." };
        var write = new Option<string?>("--write") { HelpName = "FILE.md", Description = "Makes the page of all results that are kept." };
        var parallel = new Option<int>("--parallel") { DefaultValueFactory = _ => 1, Description = "Runs at once at most, of an experiment that has several: each takes a processor, and memory for its ring." };
        parallel.Must(static value => value is >= 1 and <= 64, "--parallel must be 1 to 64");
        nodes.Must(value => value is null or (>= 1 and <= ScenarioReader.NodesMax), $"--nodes must be 1 to {ScenarioReader.NodesMax}");
        return actions.SetWithCode(new Command("experiments", "Runs the papers' experiments and makes a page of their results.") { run, nodes, parallel, results, write }, (context, stop) =>
        {
            string folder = context.Get(results)!;
            bool ok = true;
            foreach (Experiment experiment in Chosen(context.Get(run), context.Get(nodes))) ok &= Run(context, experiment, context.Get(parallel), folder, stop);
            ExperimentRecord[] kept = Kept(folder);
            if (context.Get(write) is { } file) File.WriteAllText(file, ExperimentPage.Write(kept));
            Show(context, kept);
            return Task.FromResult(ok ? 0 : 1);
        });
    }

    private static IEnumerable<Experiment> Chosen(string? names, int? nodes)
    {
        if (names is null) return [];
        (IReadOnlyList<Experiment> found, IReadOnlyList<string> unknown) = Experiment.Named(names);
        if (unknown.Count > 0) throw new CommandFailedException("no-experiment", $"there is no experiment {string.Join(", ", unknown)}", $"there are: {string.Join(", ", Experiment.All.Select(static e => e.Name))}", exitCode: 2);
        return nodes is { } count ? found.Select(e => new Experiment(e.Scenario with { Nodes = count })).DistinctBy(static e => e.Name) : found;
    }

    private static bool Run(CommandContext context, Experiment experiment, int parallel, string folder, CancellationToken stop)
    {
        context.Output.Note(experiment.Name);
        using var progress = new SimProgress(context.Output);
        ExperimentRecord record = ExperimentRecord.Of(ScenarioRun.Run(experiment.Scenario, progress.Show, parallel: parallel, stop: stop));
        // At once: what took hours must not be lost with the run after it.
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, record.Name + ".json"), record.Write());
        return record.Ok;
    }

    private static ExperimentRecord[] Kept(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(static f => ExperimentRecord.Read(File.ReadAllText(f)))]
        : [];

    private static void Show(CommandContext context, ExperimentRecord[] kept)
    {
        SimExperiment[] all =
        [
            .. Experiment.All.Where(e => kept.All(k => k.Name != e.Name)).Select(static e => new SimExperiment(e.Name, e.Scenario.Nodes, null, null)),
            .. kept.Select(static k => new SimExperiment(k.Name, k.Nodes, k.Ok, k.WallSeconds)),
        ];
        context.Output.Result(new SimExperiments(all), SimJson.Default.SimExperiments, text => CommandOutput.Table(text, ["EXPERIMENT", "NODES", "CHECKS", "SECONDS"], all.OrderBy(static e => e.Name, StringComparer.Ordinal).Select(static e =>
            new[] { e.Name, e.Nodes.ToString(CultureInfo.InvariantCulture), e.Ok is { } held ? held ? "hold" : "BROKEN" : "not run", e.WallSeconds?.ToString("0", CultureInfo.InvariantCulture) ?? "" })));
    }
}
