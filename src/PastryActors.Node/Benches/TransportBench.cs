using System.Diagnostics;
using System.Globalization;
using PastryActors.Core.Ring;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.Benches;

/// <summary>Two nodes of the Tcp engine in two processes, nothing above them: messages one way, round trips, and large frames.</summary>
internal static class TransportBench
{
    private const int SmallBytes = 100;
    private const int LargeBytes = 64 * 1024;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(2);

    public static async Task<BenchResult> RunAsync(BenchPlan plan, CancellationToken stop)
    {
        var sheet = new FigureSheet();
        bool tls = !plan.Settings.Any(s => s.Replace(" ", "", StringComparison.Ordinal).EndsWith("tcp.tls=false", StringComparison.Ordinal));
        using Process other = StartOther(tls);
        try
        {
            string[] handle = (await other.StandardOutput.ReadLineAsync(stop).ConfigureAwait(false) ?? "").Split(' ');
            if (handle.Length != 3 || !RingId.TryParse(handle[0], out RingId id)) throw new InvalidDataException("the other process did not come up");
            var peer = new NodeHandle(id, handle[1], uint.Parse(handle[2], CultureInfo.InvariantCulture));
            await using BenchEngine engine = await BenchEngine.StartAsync(tls, self => new SendingCore(self, peer)).ConfigureAwait(false);
            await engine.AskAsync(new SendRun(1, Step, 1000, SmallBytes, 1), stop).ConfigureAwait(false);
            plan.Note("messages one way");
            TransportRun small = await engine.AskAsync(new SendRun(2, Step, Messages(plan, 400_000), SmallBytes, 1024), stop).ConfigureAwait(false);
            plan.Note("round trips");
            TransportRun trips = await engine.AskAsync(new SendRun(3, Step, Messages(plan, 20_000), SmallBytes, 1), stop).ConfigureAwait(false);
            plan.Note("large frames");
            TransportRun large = await engine.AskAsync(new SendRun(4, Step, Messages(plan, 40_000), LargeBytes, 64), stop).ConfigureAwait(false);
            sheet.Set("messagesPerSecond", small.Messages / small.Seconds);
            sheet.Set("p50Micros", trips.Trips.Percentile(0.5));
            sheet.Set("p99Micros", trips.Trips.Percentile(0.99));
            sheet.Set("bytesPerSecond", large.Messages * (double)LargeBytes / large.Seconds);
        }
        finally
        {
            if (!other.HasExited) other.Kill();
        }

        plan.Note("a bare socket");
        double bare = await SocketPeer.MeasureAsync(LargeBytes, Messages(plan, 40_000), stop).ConfigureAwait(false);
        sheet.SetPeer("socket", ("bytesPerSecond", bare));
        return sheet.ToResult("transport", 2);
    }

    /// <summary>The process at the other end: says who it is, and answers until its input ends.</summary>
    public static async Task AnswerAsync(bool tls, TextReader input, TextWriter output, CancellationToken stop)
    {
        await using BenchEngine engine = await BenchEngine.StartAsync(tls, self => new AnsweringCore(self)).ConfigureAwait(false);
        NodeHandle self = engine.Self;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{self.Id} {self.Address} {self.Incarnation}").AsMemory(), stop).ConfigureAwait(false);
        await output.FlushAsync(stop).ConfigureAwait(false);
        await input.ReadLineAsync(stop).ConfigureAwait(false);
    }

    private static int Messages(BenchPlan plan, int most) => (int)Math.Min(plan.Load.Count, most);

    private static Process StartOther(bool tls)
    {
        string[] command = [.. NodeLauncher.ProgramCommand(), "bench", "answerer", tls ? "tls" : "clear"];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new IOException("the system started no process");
    }
}
