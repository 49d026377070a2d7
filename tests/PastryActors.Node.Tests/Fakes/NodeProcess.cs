using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using PastryActors.Client;
using PastryActors.Processes;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>The program itself: one node as a process of its own, a ring by itself, whose memory is nobody else's.</summary>
public sealed partial class NodeProcess : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-process-").FullName;
    private Process? _process;
    private Task _drained = Task.CompletedTask;

    /// <summary>Its gateway.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The most memory that it ever had resident, in bytes.</summary>
    public long MemoryPeakBytes
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        string[] settings = [$"node.dir={_folder}", "node.http.listen=127.0.0.1:0", "overlay.listen=127.0.0.1:0", "node.found-ring=true", "overlay.found-after=100ms", "past.replicas=1", "past.capacity=1GiB"];
        ProcessStartInfo start = PastryProgram.With(["node", .. settings.SelectMany(s => (string[])["--set", s])]);
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        var said = new StringBuilder();
        Url = await UrlAsync(_process.StandardError, said, deadline.Token) ?? throw new InvalidOperationException($"the node did not start: {said}");
        // What it logs from here on must not fill the pipe.
        _drained = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        using PastryClient client = MakeClient();
        while (!(await client.Overlay.StatusAsync(deadline.Token)).Active) await Task.Yield();
    }

    /// <summary>A client that sends everything once, so that a refusal is seen.</summary>
    public PastryClient MakeClient() => new(new PastryClientOptions { Nodes = [Url], AttemptsMax = 1 });

    public async Task DisposeAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Uri?> UrlAsync(StreamReader log, StringBuilder said, CancellationToken deadline)
    {
        while (await log.ReadLineAsync(deadline) is { } line)
        {
            said.AppendLine(line);
            if (HttpUrl().Match(line) is { Success: true } found) return new Uri(found.Value);
        }

        return null;
    }

    [GeneratedRegex(@"http://[\d.]+:\d+")]
    private static partial Regex HttpUrl();
}
