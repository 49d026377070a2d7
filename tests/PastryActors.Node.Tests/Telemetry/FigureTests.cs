using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PastryActors.Node.Access;
using PastryActors.Node.Gateway;
using PastryActors.Node.Telemetry;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Telemetry;

public sealed class FigureTests
{
    [Fact]
    public async Task Everything_that_the_dashboards_of_others_ask_for_is_measured()
    {
        await using RealRing ring = await RealRing.StartAsync(1, "past.replicas=1");
        string metrics = PrometheusText.Of(await ring.Nodes[0].Access.StatusAsync(RealRing.Deadline));
        HashSet<string> known = [.. Regex.Matches(metrics, "^# TYPE (\\S+)", RegexOptions.Multiline).Select(m => m.Groups[1].Value)];
        foreach (string file in (string[])["grafana-dashboard.json", "prometheus-alerts.yml"])
        {
            string[] asked = [.. Regex.Matches(File.ReadAllText(Packaging(file)), "\\bpastry_[a-z_]+").Select(m => m.Value).Distinct()];
            Assert.NotEmpty(asked);
            Assert.Empty(asked.Except(known));
        }
    }

    [Fact]
    public void What_can_fall_is_no_counter()
    {
        string text = PrometheusText.Of(new NodeStatus { Self = FakeRing.Self, Active = true, LeafSetComplete = true, Counters = new Dictionary<string, long> { ["connections_open"] = 3, ["connections_accepted"] = 7 } });
        Assert.Contains("# TYPE pastry_connections_open gauge\npastry_connections_open 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pastry_connections_accepted_total counter\npastry_connections_accepted_total 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_meter_shows_the_newest_sample()
    {
        using var meter = new FigureMeter();
        Dictionary<string, long> seen = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == FigureMeter.Name && instrument.Name.Contains("_of_a_test", StringComparison.Ordinal)) all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        meter.Observe([new NodeFigure("level_of_a_test", "h", 1, IsCounter: false), new NodeFigure("count_of_a_test", "h", 5, IsCounter: true)]);
        meter.Observe([new NodeFigure("level_of_a_test", "h", 2, IsCounter: false), new NodeFigure("count_of_a_test", "h", 6, IsCounter: true)]);
        listener.RecordObservableInstruments();
        Assert.Equal((2, 6, 2), (seen["pastry.level_of_a_test"], seen["pastry.count_of_a_test"], seen.Count));
    }

    private static string Packaging(string file, [CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../eng/packaging", file));
}
