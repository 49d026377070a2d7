using System.Text.Json;
using PastryActors.Node.CommandLine;

namespace PastryActors.Node.Tests.CommandLine;

public sealed class SimCommandTests : IDisposable
{
    private const string Small = "nodes 8\njoin all\nwhole\nlookup 20\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-sim").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task List_names_the_scenarios_that_the_program_carries()
    {
        Assert.Equal(0, await RunAsync("sim", "list", "--json"));
        Assert.Contains("smoke", Document().GetProperty("scenarios").EnumerateArray().Select(static s => s.GetProperty("name").GetString()));
        Assert.Equal(0, await RunAsync("sim", "list"));
        Assert.Contains("hops", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_file_runs_and_its_json_has_the_fields_that_are_promised()
    {
        Assert.Equal(0, await RunAsync("sim", Write("small", Small + "check lostLookups = 0"), "--nodes", "9", "--seed", "3", "--json"));
        JsonElement result = Document();
        Assert.Equal(("small", 3UL, 9), (result.GetProperty("scenario").GetString(), result.GetProperty("seed").GetUInt64(), result.GetProperty("nodes").GetInt32()));
        Assert.True(result.GetProperty("virtualSeconds").GetDouble() > 0);
        Assert.True(result.GetProperty("wallSeconds").GetDouble() > 0);
        Assert.True(result.GetProperty("events").GetInt64() > 0);
        Assert.All(result.GetProperty("checks").EnumerateArray(), static c => Assert.True(c.GetProperty("ok").GetBoolean(), c.GetProperty("name").GetString() + c.GetProperty("detail").GetString()));
        Assert.Equal(20, result.GetProperty("figures").GetProperty("lookups").GetDouble());
    }

    [Fact]
    public async Task A_broken_check_ends_with_1_and_says_which()
    {
        Assert.Equal(1, await RunAsync("sim", Write("broken", Small + "check meanHops >= 5")));
        Assert.Contains("BROKEN", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("meanHops", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_ends_with_2_and_names_the_line()
    {
        Assert.Equal(2, await RunAsync("sim", Write("bad", "nodes 8\njoin all\nexplode 3")));
        Assert.Contains("line 3: explode", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_out.ToString());
        Assert.Equal(2, await RunAsync("sim", Path.Combine(_folder, "none.txt")));
        Assert.Contains("no-scenario", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("sim", "smoke", "--nodes", "0"));
    }

    [Fact]
    public async Task A_report_is_one_page_that_needs_nothing_else()
    {
        string page = Path.Combine(_folder, "report.html");
        Assert.Equal(0, await RunAsync("sim", Write("report", Small), "--report", page));
        string html = await File.ReadAllTextAsync(page);
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.EndsWith("</html>", html, StringComparison.Ordinal);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        foreach (string outside in (string[])["http:", "https:", "src=", "<script", "@import", "<link"]) Assert.DoesNotContain(outside, html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Fuzz_tells_how_many_runs_held()
    {
        Assert.Equal(0, await RunAsync("sim", "fuzz", "--minutes", "0.0001", "--seed", "2", "-o", _folder, "--json"));
        Assert.Equal((1, 2UL, JsonValueKind.Null), (Document().GetProperty("runs").GetInt32(), Document().GetProperty("firstSeed").GetUInt64(), Document().GetProperty("file").ValueKind));
        Assert.Equal(2, await RunAsync("sim", "fuzz", "--minutes", "0"));
    }

    [Fact]
    public async Task Experiments_are_run_kept_and_shown_on_a_page()
    {
        string page = Path.Combine(_folder, "page.md");
        string results = Path.Combine(_folder, "results");
        Assert.Equal(2, await RunAsync("sim", "experiments", "--run", "nonsense"));
        Assert.Contains("nonsense", _error.ToString(), StringComparison.Ordinal);
        await RunAsync("sim", "experiments", "--run", "hops", "--nodes", "20", "--results", results, "--write", page, "--json");
        Assert.Contains(Document().GetProperty("experiments").EnumerateArray(), static e => e.GetProperty("name").GetString() == "hops-20" && e.GetProperty("wallSeconds").GetDouble() >= 0);
        Assert.True(File.Exists(Path.Combine(results, "hops-20.json")));
        string written = await File.ReadAllTextAsync(page);
        Assert.Contains("## hops-20", written, StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("sim", "experiments", "--results", results, "--write", page));
        Assert.Equal(written, await File.ReadAllTextAsync(page));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name + ".txt");
        File.WriteAllText(path, text);
        return path;
    }

    private JsonElement Document() => JsonDocument.Parse(_out.ToString()).RootElement;

    private async Task<int> RunAsync(params string[] arguments)
    {
        _out.GetStringBuilder().Clear();
        var command = new PastryCommand((_, _, _) => Task.FromResult(0));
        return await command.RunAsync(arguments, _out, _error, static () => Stream.Null);
    }
}
