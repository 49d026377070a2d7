using PastryActors.Hocon.Settings;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Settings;

public sealed class PresetTests
{
    /// <summary>To write the file anew after a change of the schema, run the tests with PASTRY_WRITE_NODE_CONF=1.</summary>
    [Fact]
    public void Node_conf_is_what_the_schema_writes()
    {
        if (Environment.GetEnvironmentVariable("PASTRY_WRITE_NODE_CONF") == "1") File.WriteAllText(Repository.Hocon("node.conf"), PastrySchema.NodeConf());
        Assert.Equal(PastrySchema.NodeConf(), File.ReadAllText(Repository.Hocon("node.conf")));
    }

    [Fact]
    public void Node_conf_gives_the_defaults() => Assert.Equal(new NodeSettings(), Load("node.conf"));

    [Fact]
    public void Node_conf_sets_every_key()
    {
        HoconDocument document = HoconDocument.Load(Repository.Hocon("node.conf"));
        Assert.All(PastrySchema.Section.KeyPaths(PastrySchema.Root), key => Assert.NotNull(document.Root.Find(key.Split('.'))));
    }

    [Fact]
    public void Periods_grow_from_local_over_lan_to_wan()
    {
        (NodeSettings local, NodeSettings lan, NodeSettings wan) = (Load("local.conf"), Load("lan.conf"), Load("wan.conf"));
        Func<NodeSettings, TimeSpan>[] times =
        [
            s => s.Overlay.HeartbeatPeriod, s => s.Overlay.ProbeTimeout, s => s.Overlay.HopTimeoutMax, s => s.Overlay.TableMaintenancePeriod,
            s => s.Overlay.NeighbourhoodMaintenancePeriod, s => s.Overlay.LeafSetMaintenancePeriod, s => s.Overlay.MergePeriod, s => s.Overlay.JoinTimeout,
            s => s.Overlay.FoundAfter, s => s.Past.SyncPeriod, s => s.Past.SurplusDelay, s => s.Past.AttemptTimeout,
            s => s.Scribe.HeartbeatPeriod,
        ];
        Assert.All(times, time => Assert.True(time(local) < time(lan) && time(lan) < time(wan)));
    }

    [Fact]
    public void Wan_keeps_the_timers_of_the_papers() =>
        Assert.Equal(new OverlaySettings() with { JoinTimeout = TimeSpan.FromSeconds(10) }, Load("wan.conf").Overlay);

    [Fact]
    public void A_file_of_ones_own_includes_a_preset_and_keeps_roots_of_others_apart()
    {
        string folder = Directory.CreateTempSubdirectory("hocon").FullName;
        try
        {
            string own = Path.Combine(folder, "own.conf");
            File.WriteAllText(own, $"include required(\"{Repository.Hocon("local.conf")}\")\npastry.past.capacity = 1 TiB\nakka {{ whatever = 1 }}");
            NodeSettings settings = PastrySchema.Load(own);
            Assert.Equal(1L << 40, settings.Past.CapacityBytes);
            Assert.Equal(Load("local.conf").Overlay, settings.Overlay);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static NodeSettings Load(string file) => PastrySchema.Load(Repository.Hocon(file));
}
