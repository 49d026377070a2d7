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

    /// <summary>As many as wait on a connection at most (tcp.controlQueueMessages): so the transport holds the sender up, and not the answers.</summary>
    private const int ControlQueueMessages = 4096;
    private const int WarmUpFrames = 1000;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(2);

    /// <summary>What is done once is done again until the time of a bench is over: a run by itself is a fraction of a second.</summary>
    private static readonly SendRun OneWay = new(0, Step, 200_000, SmallBytes, ControlQueueMessages);
    private static readonly SendRun RoundTrips = new(0, Step, 5_000, SmallBytes, 1);
    private static readonly SendRun LargeFrames = new(0, Step, 8_000, LargeBytes, 64);

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
            await MeasureAsync(plan, engine, other, sheet, stop).ConfigureAwait(false);
        }
        finally
        {
            if (!other.HasExited) other.Kill();
        }

        plan.Note(tls ? "a bare stream of TLS" : "a bare socket");
        long frames = Math.Min(plan.Load.Count, 2 * LargeFrames.Messages);
        await SocketPeer.MeasureAsync(tls, LargeBytes, Math.Min(frames, WarmUpFrames), stop).ConfigureAwait(false);
        double before = ProcessorMicros();
        double bare = await SocketPeer.MeasureAsync(tls, LargeBytes, frames, stop).ConfigureAwait(false);
        sheet.SetPeer(tls ? "sslStream" : "socket", ("bytesPerSecond", bare), ("frameProcessorMicrosEach", (ProcessorMicros() - before) / frames));
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

    private static async Task MeasureAsync(BenchPlan plan, BenchEngine engine, Process other, FigureSheet sheet, CancellationToken stop)
    {
        plan.Note("messages one way");
        Measured small = await RepeatAsync(plan, engine, other, OneWay, stop).ConfigureAwait(false);
        sheet.Set("messagesPerSecond", small.Messages / small.Seconds);
        sheet.Set("processorMicrosEach", small.ProcessorMicrosEach);
        plan.Note("round trips");
        Measured trips = await RepeatAsync(plan, engine, other, RoundTrips, stop).ConfigureAwait(false);
        sheet.Set("p50Micros", trips.Trips.Percentile(0.5));
        sheet.Set("p99Micros", trips.Trips.Percentile(0.99));
        sheet.Set("tripProcessorMicrosEach", trips.ProcessorMicrosEach);
        plan.Note("large frames");
        Measured large = await RepeatAsync(plan, engine, other, LargeFrames, stop).ConfigureAwait(false);
        sheet.Set("bytesPerSecond", large.Messages * (double)LargeBytes / large.Seconds);
        sheet.Set("frameProcessorMicrosEach", large.ProcessorMicrosEach);
    }

    // Warmed up like the other benches, a third of their time each. Round trips: those of the last run, of which there are enough for a percentile.
    private static async Task<Measured> RepeatAsync(BenchPlan plan, BenchEngine engine, Process other, SendRun run, CancellationToken stop)
    {
        run = run with { Messages = (int)Math.Min(plan.Load.Count, run.Messages) };
        await RepeatAsync(engine, run, plan.WarmUp / 3, long.MaxValue, stop).ConfigureAwait(false);
        double before = ProcessorMicros(other);
        TransportRun done = await RepeatAsync(engine, run, plan.Load.Time, plan.Load.Count, stop).ConfigureAwait(false);
        return new Measured(done.Messages, done.Seconds, done.Trips, (ProcessorMicros(other) - before) / done.Messages);
    }

    private static async Task<TransportRun> RepeatAsync(BenchEngine engine, SendRun run, TimeSpan time, long count, CancellationToken stop)
    {
        (int messages, double seconds) = (0, 0);
        while (true)
        {
            TransportRun done = await engine.AskAsync(run, stop).ConfigureAwait(false);
            (messages, seconds) = (messages + done.Messages, seconds + done.Seconds);
            if (seconds >= time.TotalSeconds || messages >= count) return done with { Messages = messages, Seconds = seconds };
        }
    }

    // Of both processes together.
    private static double ProcessorMicros(Process other)
    {
        other.Refresh();
        return ProcessorMicros() + other.TotalProcessorTime.TotalMicroseconds;
    }

    private static double ProcessorMicros() => Environment.CpuUsage.TotalTime.TotalMicroseconds;

    private static Process StartOther(bool tls)
    {
        string[] command = [.. NodeLauncher.ProgramCommand(), "bench", "answerer", tls ? "tls" : "clear"];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new IOException("the system started no process");
    }

    /// <summary>What came of all runs of one kind.</summary>
    private sealed record Measured(int Messages, double Seconds, LatencyHistogram Trips, double ProcessorMicrosEach);
}
