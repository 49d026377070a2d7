using System.CommandLine;
using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.CommandLine;

/// <summary>Runs one node in the foreground until it is told to stop; answers the exit code.</summary>
/// <param name="config">Path of its configuration; null for the defaults.</param>
/// <param name="overrides">Settings as key=value.</param>
public delegate Task<int> NodeRunner(string? config, IReadOnlyList<string> overrides, CancellationToken stop);

/// <summary>
/// The command line. Exit codes: 0 done, 1 failed with a reason on standard error, 2 wrong usage.
/// </summary>
/// <param name="runNode">What "pastry node" runs.</param>
public sealed class PastryCommand(NodeRunner runNode)
{
    /// <summary>Parses and runs.</summary>
    /// <param name="raw">Opens standard output for bytes.</param>
    public async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, Func<Stream> raw, CancellationToken cancellation = default)
    {
        RootCommand root = Build(output, error, raw);
        ParseResult parsed = root.Parse(arguments);
        // A shell that completes asks about lines that are not whole yet.
        if (arguments is [{ } first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal)) return await InvokeAsync(parsed, output, error, cancellation).ConfigureAwait(false);
        foreach (var wrong in parsed.Errors) await error.WriteLineAsync($"pastry: usage: {wrong.Message}").ConfigureAwait(false);
        if (parsed.Errors.Count > 0)
        {
            await error.WriteLineAsync("  see: pastry --help").ConfigureAwait(false);
            return 2;
        }

        return await InvokeAsync(parsed, output, error, cancellation).ConfigureAwait(false);
    }

    private static Task<int> InvokeAsync(ParseResult parsed, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        // A node takes its time to leave, bounded by deadlines of its own of a day at most; whatever else is told to stop has nothing to lose.
        TimeSpan patience = parsed.CommandResult.Command.Name == NodeCommand.Name ? TimeSpan.FromDays(2) : TimeSpan.FromSeconds(15);
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = patience };
        return parsed.InvokeAsync(invocation, cancellation);
    }

    internal RootCommand Build(TextWriter output, TextWriter error, Func<Stream> raw)
    {
        var runner = new CommandActions(output, error, raw);
        var root = new RootCommand("Pastry overlay, PAST storage and Scribe multicast.");
        root.Options.Add(GlobalOptions.Json);
        root.Options.Add(GlobalOptions.Node);
        root.Options.Add(GlobalOptions.Dir);
        root.Options.Add(GlobalOptions.Token);
        root.Subcommands.Add(NodeCommand.Build(runner, runNode));
        root.Subcommands.Add(ClusterCommands.Build(runner));
        Command[] commands =
        [
            PutCommand.Build(runner),
            GetCommand.Build(runner),
            .. FileCommands.Build(runner),
            OwnerCommands.Build(runner),
            .. TopicCommands.Build(runner),
            StreamCommands.Build(runner),
            .. OverlayCommands.Build(runner),
            DoctorCommand.Build(runner),
            RepairCommands.Build(runner),
            LogCommands.Build(runner),
            TopCommand.Build(runner),
            TraceCommand.Build(runner),
            BenchCommand.Build(runner),
            CompletionCommand.Build(runner),
            SimCommands.Build(runner),
        ];
        foreach (Command command in commands) root.Subcommands.Add(command);
        HelpExamples.AddTo(root);
        return root;
    }
}

/// <summary>Gives commands their action: the context, and one place where failures become sentences and exit codes.</summary>
internal sealed class CommandActions(TextWriter output, TextWriter error, Func<Stream> raw)
{
    /// <summary>Sets what a command does.</summary>
    public Command Set(Command command, Func<CommandContext, CancellationToken, Task> act) =>
        SetWithCode(command, async (context, cancellation) =>
        {
            await act(context, cancellation).ConfigureAwait(false);
            return 0;
        });

    /// <summary>Sets what a command does and how it ends.</summary>
    public Command SetWithCode(Command command, Func<CommandContext, CancellationToken, Task<int>> act)
    {
        command.SetAction((arguments, cancellation) => RunAsync(arguments, act, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, Func<CommandContext, CancellationToken, Task<int>> act, CancellationToken cancellation)
    {
        var context = new CommandContext(arguments, new CommandOutput(output, error, raw, arguments.GetValue(GlobalOptions.Json)));
        try
        {
            return await act(context, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Fail("stopped", "stopped before it was done", context.WhenStopped, 1);
        }
        catch (CommandFailedException e)
        {
            return Fail(e.Code, e.Message, e.Helps, e.ExitCode);
        }
        catch (PastryException e)
        {
            return Fail(e.Code, e.Message, HelpFor(e.Code), 1);
        }
        catch (ClusterFailedException e)
        {
            return Fail(e.Code, e.Message, "", 1);
        }
        catch (InvalidDataException e)
        {
            return Fail("invalid", e.Message, "", 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail("io", e.Message, "", 1);
        }
    }

    private int Fail(string code, string detail, string helps, int exitCode)
    {
        error.WriteLine($"pastry: {code}: {detail}");
        if (helps.Length > 0) error.WriteLine("  " + helps);
        return exitCode;
    }

    private static string HelpFor(string code) => code switch
    {
        "no-answer" => "is the node up? see: pastry cluster status",
        "not-active" => "the node is joining; try again in a few seconds",
        "unreachable" => "holders may be down; see: pastry cluster status, pastry info FILEID",
        "full" => "add nodes (pastry cluster add) or raise past.capacity",
        "bad-receipt" => "the detail names the node; --salt, or another k, tries others",
        "bad-content" => "holders send something else than was stored; see: pastry info FILEID, pastry doctor",
        "over-quota" => "pastry owner show; pastry reclaim FILEID frees some, the broker grants more (pastry owner grant)",
        "exists" => "files are immutable; pastry info FILEID shows it, --name or --salt make another",
        "unauthorized" => "give the token with --token or the variable PASTRY_TOKEN",
        "busy" or "timed-out" => "trying again later may succeed",
        _ => "",
    };
}
