using System.Diagnostics;
using System.Text.Json;
using PastryActors.Processes;

namespace PastryActors.Dashboard.Tests;

/// <summary>A cluster of real processes in a folder of its own, made and unmade by the program's own command line.</summary>
public sealed class ClusterProcess : IAsyncDisposable
{
    private const int Nodes = 6;
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-dashboard-").FullName;

    /// <summary>One node as "cluster status" says.</summary>
    public sealed record Node(int Index, string NodeId, string Http, bool Alive, bool Active);

    /// <summary>Starts it on ports that are free.</summary>
    public async Task StartAsync()
    {
        // Below the ports that systems hand out by themselves.
        for (int attempt = 0, port = 22_000 + (Environment.ProcessId % 4000 * 2); ; attempt++, port += 100)
        {
            (int code, _, string error) = await RunAsync("cluster", "up", "-n", $"{Nodes}", "--base-port", $"{port}", "--set", "pastry.past.capacity=256MiB");
            if (code == 0) return;
            if (attempt == 5 || !error.Contains("port-in-use", StringComparison.Ordinal)) throw new InvalidOperationException($"the cluster did not come up: {error}");
            Directory.Delete(_folder, recursive: true);
            Directory.CreateDirectory(_folder);
        }
    }

    /// <summary>All nodes as they are.</summary>
    public async Task<Node[]> StatusAsync()
    {
        string document = await DoAsync("cluster", "status", "--json");
        return JsonDocument.Parse(document).RootElement.GetProperty("nodes").Deserialize<Node[]>(JsonSerializerOptions.Web)!;
    }

    public Task KillAsync(int index) => DoAsync("cluster", "kill", $"{index}", "--signal", "9");

    public Task StartAsync(int index) => DoAsync("cluster", "start", $"{index}");

    public async ValueTask DisposeAsync()
    {
        await RunAsync("cluster", "down");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> DoAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"pastry {string.Join(' ', arguments)}: {error}");
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = PastryProgram.With([.. arguments, "--dir", _folder]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(CommandDeadline);
        Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }
}
