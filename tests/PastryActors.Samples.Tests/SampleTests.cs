using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PastryActors.Client;

namespace PastryActors.Samples.Tests;

/// <summary>Every sample, run as its reader would, beside a node of this program.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-samples-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(2));
    private readonly List<Process> _started = [];

    [Fact]
    public async Task Files_inserts_a_file_and_reads_it_back()
    {
        Uri node = await StartNodeAsync();
        string file = Path.Combine(_folder, "report.txt");
        await File.WriteAllTextAsync(file, "what the report says", _deadline.Token);
        Process files = Start("Files", file, node.ToString());
        string said = await files.StandardOutput.ReadToEndAsync(_deadline.Token);
        await files.WaitForExitAsync(_deadline.Token);
        Assert.Equal(0, files.ExitCode);
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("what the report says"))), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriber_prints_what_is_published()
    {
        Uri node = await StartNodeAsync();
        Process subscriber = Start("Subscriber", "news", node.ToString());
        Assert.StartsWith("subscribed", await subscriber.StandardOutput.ReadLineAsync(_deadline.Token), StringComparison.Ordinal);
        using var client = new PastryClient(node);
        ulong sequence = (await client.Scribe.PublishAsync("news", "hello"u8.ToArray(), _deadline.Token)).Sequence;
        Assert.Equal($"{sequence} hello", await subscriber.StandardOutput.ReadLineAsync(_deadline.Token));
    }

    [Fact]
    public async Task Counter_counts_over_a_ring_of_its_own()
    {
        Process counter = Start("Counter", Path.Combine(_folder, "counter"));
        Assert.Equal("visitors: 30", await counter.StandardOutput.ReadLineAsync(_deadline.Token));
        await counter.WaitForExitAsync(_deadline.Token);
        Assert.Equal(0, counter.ExitCode);
    }

    [Fact]
    public void An_application_on_the_overlay_fits_on_two_pages() =>
        Assert.InRange(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Counter.cs.txt")).Length, 1, 100);

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit(TimeSpan.FromSeconds(10));
            process.Dispose();
        }

        _deadline.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Uri> StartNodeAsync()
    {
        int port = FreePort();
        Process node = Start(
            "pastry", "node", "--set", $"node.dir={Path.Combine(_folder, "node")}", "--set", "node.found-ring=true", "--set", "overlay.listen=\"127.0.0.1:0\"",
            "--set", "overlay.found-after=100ms", "--set", $"node.http.listen=\"127.0.0.1:{port}\"", "--set", "past.replicas=1", "--set", "node.log.level=info");
        // It founds its ring and says so; from then on it answers.
        while (await node.StandardError.ReadLineAsync(_deadline.Token) is { } line && !line.Contains("its gateway is", StringComparison.Ordinal)) Assert.DoesNotContain("failed", line, StringComparison.Ordinal);
        var url = new Uri($"http://127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = url };
        while (!(await http.GetAsync("/readyz", _deadline.Token)).IsSuccessStatusCode) await Task.Yield();
        return url;
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = program == "pastry" };
        Process process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
