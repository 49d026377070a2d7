using System.Text.Json.Serialization;

namespace PastryActors.Node.Benches;

/// <summary>What a bench measured.</summary>
/// <param name="Bench">Its name.</param>
/// <param name="Processes">Processes that took part.</param>
/// <param name="Figures">By name, in the units that the names end with.</param>
/// <param name="Peers">The same work done by something plain on this machine, in the same run.</param>
public sealed record BenchResult(string Bench, int Processes, IReadOnlyDictionary<string, double> Figures, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Peers);

/// <summary>Figures as they gather.</summary>
internal sealed class FigureSheet
{
    private readonly Dictionary<string, double> _figures = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, double>> _peers = [];

    public void Set(string name, double value) => _figures[name] = Rounded(value);

    /// <summary>The rate under its name, and what else a load tells.</summary>
    /// <param name="bytesEach">Bytes of one operation; 0 where bytes are not the point.</param>
    /// <param name="of">Stands before the names of all but the rate, where one bench has several loads.</param>
    public void SetLoad(string rate, LoadResult load, long bytesEach = 0, string of = "")
    {
        Set(rate, load.PerSecond);
        if (bytesEach > 0) Set(NameOf(of, "bytesPerSecond"), load.PerSecond * bytesEach);
        Set(NameOf(of, "p50Micros"), load.Latencies.Percentile(0.50));
        Set(NameOf(of, "p99Micros"), load.Latencies.Percentile(0.99));
        Set(NameOf(of, "failed"), load.Failed);
    }

    /// <summary>The name of a figure of one of several loads: "insert" and "p50Micros" make "insertP50Micros".</summary>
    public static string NameOf(string of, string figure) => of.Length == 0 ? figure : of + char.ToUpperInvariant(figure[0]) + figure[1..];

    public void SetPeer(string peer, params (string Name, double Value)[] figures) =>
        _peers[peer] = figures.ToDictionary(f => f.Name, f => Rounded(f.Value));

    public BenchResult ToResult(string bench, int processes) => new(bench, processes, _figures, _peers);

    // Four digits: no run of a machine that does other things is good for more.
    private static double Rounded(double value) =>
        value is 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 12));
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BenchResult))]
[JsonSerializable(typeof(MulticastShare))]
internal sealed partial class BenchJson : JsonSerializerContext;
