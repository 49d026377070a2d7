using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Node.CommandLine;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>Help, completion and views of the command line.</summary>
public sealed class ComfortTests : IDisposable
{
    private static readonly PastryCommand Program = new((_, _, _) => Task.FromResult(0));

    private readonly TestNode _node = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public static TheoryData<string> Commands => [.. Leaves(Root()).Select(HelpExamples.NameOf)];

    public static TheoryData<string> Examples => [.. HelpExamples.All.Values.SelectMany(e => e)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_shows_examples_in_its_help(string command)
    {
        Assert.Equal(0, await RunAsync([.. command.Split(' '), "--help"]));
        Assert.Contains("Examples:\n  pastry " + command, _out.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_is_a_line_that_the_program_takes(string example) =>
        Assert.Empty(Root().Parse(example.Split(" > ")[0]["pastry ".Length..]).Errors);

    [Theory]
    [InlineData("pastry clu", "cluster")]
    [InlineData("pastry cluster ki", "kill")]
    [InlineData("pastry put --na", "--name")]
    [InlineData("pastry completion ", "bash")]
    public async Task A_shell_is_told_what_may_stand_at_the_cursor(string line, string expected)
    {
        Assert.Equal(0, await RunAsync($"[suggest:{line.Length}]", line));
        Assert.Contains(expected, _out.ToString().Split('\n').Select(l => l.Trim()));
    }

    [Fact]
    public async Task Bash_completes_with_the_script()
    {
        Assert.Equal(0, await RunAsync("completion", "bash"));
        if (!File.Exists("/bin/bash")) return;
        // A program in place of pastry that answers only the right question.
        string fake = Path.Combine(_node.Folder, "pastry");
        await File.WriteAllTextAsync(fake, "#!/bin/sh\n[ \"$1|$2\" = '[suggest:8]|pastry c' ] && printf 'cluster\\ncompletion\\nput\\n'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string script = _out + $"\nCOMP_LINE='{fake} c' COMP_POINT={fake.Length + 2}\n_pastry '{fake}' c\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"";
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync(script);
        bash.StandardInput.Close();
        string completed = await bash.StandardOutput.ReadToEndAsync(TestNode.Deadline);
        Assert.Equal(["cluster", "completion"], completed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Top_shows_a_node_as_a_line_and_as_a_document()
    {
        string url = await ServeAsync();
        Assert.Equal(0, await RunAsync("top", "--count", "2", "--node", url));
        Assert.Equal(2, _out.ToString().Split('\n').Count(l => l.Contains("active", StringComparison.Ordinal)));
        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("top", "--json", "--node", url));
        Assert.Equal("active", JsonDocument.Parse(_out.ToString()).RootElement.GetProperty("nodes")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Top_shows_a_dead_node_as_dead()
    {
        Assert.Equal(0, await RunAsync("top", "--count", "1", "--node", "http://127.0.0.1:9"));
        Assert.Contains("dead", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_that_is_stopped_says_so_and_is_no_failure()
    {
        string url = await ServeAsync();
        using var stop = new CancellationTokenSource();
        Assert.Equal(0, await Program.RunAsync(["ring", "--watch", "--node", url], _out, _error, () => Stream.Null, StopSoon(stop)));
        Assert.Contains("stopped watching", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lookup_is_explained_in_words()
    {
        string url = await ServeAsync();
        string id = (await _node.InsertAsync(TestNode.Bytes(100), "traced")).File.ToString();
        Assert.Equal(0, await RunAsync("trace", id, "--node", url));
        Assert.Contains("with its replica", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("no hop had to be taken again", _out.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _node.Dispose();

    // The ring is walked once a second; the walk after the first is stopped by the clock.
    private static CancellationToken StopSoon(CancellationTokenSource stop)
    {
        stop.CancelAfter(TimeSpan.FromSeconds(1.5));
        return stop.Token;
    }

    private static RootCommand Root() => Program.Build(TextWriter.Null, TextWriter.Null, () => Stream.Null);

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.Where(c => !c.Hidden).SelectMany(Leaves);

    private async Task<string> ServeAsync()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        return client.Node.ToString();
    }

    private Task<int> RunAsync(params string[] arguments) => Program.RunAsync(arguments, _out, _error, () => Stream.Null, TestNode.Deadline);
}
