using System.CommandLine;
using System.Globalization;
using PastryActors.Simulation.Fuzzing;
using PastryActors.Simulation.Reports;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry sim: scenarios of many nodes on virtual time, in this process.</summary>
internal static class SimCommands
{
    public static Command Build(CommandActions actions)
    {
        var scenario = new Argument<string>("SCENARIO") { Description = "A name of 'pastry sim list', or the path of a scenario file (docs/scenarios.md).", Arity = ArgumentArity.ExactlyOne };
        var nodes = new Option<int?>("--nodes") { Description = "Number of nodes, in place of the scenario's." };
        var seed = new Option<ulong?>("--seed") { Description = "Decides everything that chance decides, in place of the scenario's." };
        var report = new Option<string?>("--report") { HelpName = "FILE.html", Description = "Writes a page with plots." };
        nodes.Must(value => value is null or (>= 1 and <= ScenarioReader.NodesMax), $"--nodes must be 1 to {ScenarioReader.NodesMax}");
        var sim = new Command("sim", "Runs a scenario on a simulated ring and checks it.") { scenario, nodes, seed, report };
        sim.Subcommands.Add(List(actions));
        sim.Subcommands.Add(Fuzz(actions));
        sim.Subcommands.Add(SimExperimentCommand.Build(actions));
        return actions.SetWithCode(sim, (context, stop) =>
        {
            Scenario chosen = Find(context.Get(scenario));
            chosen = chosen with { Nodes = context.Get(nodes) ?? chosen.Nodes, Seed = context.Get(seed) ?? chosen.Seed };
            return Task.FromResult(Run(context, chosen, context.Get(report), stop));
        });
    }

    private static Command List(CommandActions actions) => actions.Set(new Command("list", "The scenarios that the program carries."), (context, _) =>
    {
        SimListed[] all = [.. ScenarioLibrary.Names.Select(static n => Find(n)).Select(static s => new SimListed(s.Name, s.Nodes, s.About))];
        context.Output.Result(new SimList(all), SimJson.Default.SimList, text =>
            CommandOutput.Table(text, ["SCENARIO", "NODES", "WHAT IT SHOWS"], all.Select(static s => new[] { s.Name, $"{s.Nodes}", s.About })));
        return Task.CompletedTask;
    });

    private static Command Fuzz(CommandActions actions)
    {
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => 1, Description = "How long, in minutes of this machine." };
        var seed = new Option<ulong?>("--seed") { Description = "The first seed; the runs take it and those after it. Else one from the clock." };
        var output = new Option<string>("-o", "--output") { DefaultValueFactory = _ => ".", HelpName = "FOLDER", Description = "Where a scenario that broke a check is written." };
        minutes.Must(value => value is > 0 and <= 10_000, "--minutes must be more than 0, 10000 at most");
        return actions.SetWithCode(new Command("fuzz", "Draws random scenarios with faults until one breaks a check.") { minutes, seed, output }, (context, stop) =>
        {
            ulong first = context.Get(seed) ?? (ulong)DateTime.UtcNow.Ticks;
            using var progress = new SimProgress(context.Output);
            FuzzOutcome outcome = Fuzzer.Run(first, TimeSpan.FromMinutes(context.Get(minutes)), progress.Show, stop);
            progress.Dispose();
            string? file = outcome.Shrunk is null ? null : Save(outcome, context.Get(output)!);
            context.Output.Result(new SimFuzzed(outcome.Runs, first, outcome.Broken?.Seed, outcome.Failure?.Name, outcome.Failure?.Detail, file), SimJson.Default.SimFuzzed, text =>
            {
                if (file is null) text.WriteLine($"{outcome.Runs} runs from seed {first}: every check held");
                else text.WriteLine($"seed {outcome.Broken!.Seed} broke {outcome.Failure!.Name}: {outcome.Failure.Detail}\nshrunk to {outcome.Shrunk!.Steps.Count} steps with {outcome.Shrunk.Nodes} nodes: {file}");
            });
            return Task.FromResult(file is null ? 0 : 1);
        });
    }

    private static Scenario Find(string name)
    {
        try
        {
            return ScenarioLibrary.Find(name) ?? throw new CommandFailedException("no-scenario", $"there is no scenario {name}, nor a file of that name", "see: pastry sim list", exitCode: 2);
        }
        catch (ScenarioFormatException e)
        {
            throw new CommandFailedException("scenario", $"{name}: {e.Message}", "docs/scenarios.md tells the format", exitCode: 2);
        }
    }

    private static int Run(CommandContext context, Scenario scenario, string? report, CancellationToken stop)
    {
        ScenarioResult result;
        using (var progress = new SimProgress(context.Output)) result = Run(scenario, progress, stop);
        if (report is not null) File.WriteAllText(report, HtmlReport.Write(result));
        context.Output.Result(SimResult.Of(result), SimJson.Default.SimResult, text =>
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {scenario.Nodes} nodes, seed {scenario.Seed}, {result.VirtualSeconds:0} virtual seconds in {result.WallSeconds:0.0} s, {result.Events} events"));
            CommandOutput.Table(text, ["FIGURE", "VALUE"], result.Figures.Select(static f => new[] { f.Key, f.Value.ToString("0.######", CultureInfo.InvariantCulture) }));
            CommandOutput.Table(text, ["CHECK", "", "DETAIL"], result.Checks.Select(static c => new[] { c.Name, c.Ok ? "holds" : "BROKEN", c.Detail }));
        });
        if (report is not null) context.Output.Note($"the report is {report}");
        return result.Ok ? 0 : 1;
    }

    private static ScenarioResult Run(Scenario scenario, SimProgress progress, CancellationToken stop)
    {
        try
        {
            return ScenarioRun.Run(scenario, progress.Show, stop: stop);
        }
        catch (ScenarioFormatException e)
        {
            throw new CommandFailedException("scenario", e.Message, "docs/scenarios.md tells the format");
        }
    }

    private static string Save(FuzzOutcome outcome, string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"fuzz-{outcome.Broken!.Seed}.txt");
        File.WriteAllText(path, ScenarioWriter.Write(outcome.Shrunk!, $"Broke {outcome.Failure!.Name}: {outcome.Failure.Detail}"));
        return path;
    }
}
