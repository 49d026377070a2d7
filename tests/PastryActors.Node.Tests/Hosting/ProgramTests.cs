using System.Diagnostics;
using System.Text.Json;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Processes;

namespace PastryActors.Node.Tests.Hosting;

/// <summary>What the program finds out about its own types while it runs: a compiler that sees only what code names could leave that out (docs/decisions/0035).</summary>
public sealed class ProgramTests(NodeProcess node) : IClassFixture<NodeProcess>, IDisposable
{
    private readonly TestNode _inProcess = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-program-").FullName;

    [Fact]
    public async Task It_describes_its_api_as_the_gateway_of_this_process_does()
    {
        (_, HttpClient here) = await _inProcess.ServeAsync();
        using var there = new HttpClient { BaseAddress = node.Url };
        JsonElement expected = await DocumentAsync(here);
        JsonElement described = await DocumentAsync(there);
        // The program has parts that a node of tests is made without.
        foreach (JsonProperty path in expected.GetProperty("paths").EnumerateObject())
            Assert.True(JsonElement.DeepEquals(path.Value, described.GetProperty("paths").GetProperty(path.Name)), path.Name);
        foreach (JsonProperty schema in expected.GetProperty("components").GetProperty("schemas").EnumerateObject())
            Assert.True(JsonElement.DeepEquals(schema.Value, described.GetProperty("components").GetProperty("schemas").GetProperty(schema.Name)), schema.Name);
    }

    [Fact]
    public async Task Options_of_a_scenario_reach_nodes_and_world()
    {
        const string Options = "overlay leaf-set-size=8\npast replicas=2 sync-period=2s cache-policy=none\nscribe segment-messages=4\nstreams offer=18\ndisk interrupted-write-torn=0.5\nworld jitter-max=4ms\n";
        (int code, _, string error) = await RunAsync("sim", Write($"nodes 8\n{Options}\njoin all over=2s\nwhole within=1m\ninsert 4 over=1s\n"), "--json");
        Assert.Equal((0, ""), (code, error));
        (code, _, error) = await RunAsync("sim", Write("nodes 8\npast replica=2\njoin all\n"));
        Assert.Equal(2, code);
        Assert.Contains("it has", error, StringComparison.Ordinal);
        Assert.Contains("replicas", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("sim", "list", "--json")]
    [InlineData("config", "--help")]
    public async Task It_answers_without_a_node(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.Equal((0, ""), (code, error));
        Assert.NotEmpty(output);
    }

    public void Dispose()
    {
        _inProcess.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<JsonElement> DocumentAsync(HttpClient http) => JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi.json", UriKind.Relative))).RootElement;

    private string Write(string scenario)
    {
        string path = Path.Combine(_folder, "scenario.txt");
        File.WriteAllText(path, scenario);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = PastryProgram.With(arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
