using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using PastryActors.Client;

namespace PastryActors.Akka.Tests.Processes;

/// <summary>One node on the Akka engine as an operating system's process, started by the program's own command line. Every wait has a deadline.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource<Uri> _gateway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PastryClient? _client;

    private NodeProcess(Process process, string overlay)
    {
        (_process, Overlay) = (process, overlay);
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, host:port.</summary>
    public string Overlay { get; }

    public PastryClient Client => _client!;

    /// <summary>What it said.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Join('\n', _log);
        }
    }

    /// <summary>Starts a process.</summary>
    public static NodeProcess Start(string folder, string overlay, params IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] command = [Path.Combine(AppContext.BaseDirectory, "pastry.dll"), "node", "--config", Path.Combine(AppContext.BaseDirectory, "hocon", "akka.conf")];
        string[] own = [$"node.dir={folder}", $"overlay.listen=\"{overlay}\"", "overlay.found-after=100ms", "node.http.listen=\"127.0.0.1:0\"", "past.capacity=256MiB"];
        foreach (string argument in command) start.ArgumentList.Add(argument);
        foreach (string setting in own.Concat(settings))
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(setting);
        }

        return new NodeProcess(Process.Start(start)!, overlay);
    }

    /// <summary>Waits until it is an active member of its ring with so many neighbours.</summary>
    public async Task WhenActiveAsync(int neighbours)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        Uri url = await _gateway.Task.WaitAsync(deadline.Token);
        _client ??= new PastryClient(new PastryClientOptions { Nodes = [url] });
        using var http = new HttpClient { BaseAddress = url };
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsActiveAsync(http, neighbours, deadline.Token)) await look.WaitForNextTickAsync(deadline.Token);
    }

    /// <summary>Waits until it has ended; its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Tells it to stop, as an operator does.</summary>
    public async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await ExitAsync();
        _client?.Dispose();
        _process.Dispose();
    }

    private static async Task<bool> IsActiveAsync(HttpClient http, int neighbours, CancellationToken deadline)
    {
        JsonElement status = await http.GetFromJsonAsync<JsonElement>("/status", deadline);
        var seen = new HashSet<string?>();
        foreach (string side in (string[])["leafSetLeft", "leafSetRight"])
        {
            foreach (JsonElement peer in status.GetProperty(side).EnumerateArray()) seen.Add(peer.GetProperty("nodeId").GetString());
        }

        return status.GetProperty("active").GetBoolean() && seen.Count >= neighbours;
    }

    private void Read(string? line)
    {
        if (line is null) return;
        lock (_log) _log.Add(line);
        int at = line.IndexOf("its gateway is ", StringComparison.Ordinal);
        if (at >= 0) _gateway.TrySetResult(new Uri(line[(at + "its gateway is ".Length)..].Trim()));
    }
}
