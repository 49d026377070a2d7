using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Settings;

public sealed class OverrideTests
{
    private static readonly HoconReadOptions Options = new Files()
        .With("a.conf", "unit = 2s, akka.loglevel = INFO, pastry.overlay { probe-timeout = ${unit}, heartbeat-period = ${pastry.overlay.probe-timeout} }")
        .WithVariable("TOKEN", "secret").Options;

    [Theory]
    [InlineData("past.capacity=2 TB")]
    [InlineData("pastry.past.capacity = 2TB")]
    [InlineData("past={ capacity = 2TB }")]
    public void A_key_is_taken_with_and_without_its_root(string assignment) =>
        Assert.Equal(2_000_000_000_000, Load(assignment).Past.CapacityBytes);

    [Fact]
    public void Addresses_and_paths_need_no_quotes()
    {
        NodeSettings settings = Load("node.dir=/tmp/a b#c//d", "overlay.listen=127.0.0.1:9", "node.seeds=h:1, 10.0.0.1:2", "past.owner-key=C:\\k");
        Assert.Equal("/tmp/a b#c//d", settings.Node.Dir);
        Assert.Equal(["h:1", "10.0.0.1:2"], settings.Node.Seeds);
        Assert.Equal("C:\\k", settings.Past.OwnerKey);
    }

    [Fact]
    public void Values_can_be_hocon()
    {
        NodeSettings settings = Load("node.seeds=[\"h:1\"]", "node.http.token=${TOKEN}", "past.owner-key=\"a\\tb\"");
        Assert.Equal(["h:1"], settings.Node.Seeds);
        Assert.Equal("secret", settings.Node.Http.Token);
        Assert.Equal("a\tb", settings.Past.OwnerKey);
    }

    [Fact]
    public void References_in_files_see_overrides() =>
        Assert.Equal(TimeSpan.FromSeconds(1), Load("overlay.probe-timeout=1s").Overlay.HeartbeatPeriod);

    [Fact]
    public void Roots_of_others_can_be_overridden() =>
        Assert.Equal(
            "{akka:{loglevel:DEBUG}}",
            Show.Of(new HoconLayers().AddText("akka.loglevel = INFO", "t").AddOverride("akka.loglevel=DEBUG", "pastry").ToDocument().Root));

    [Theory]
    [InlineData("past.capcity=1GiB", "--set past.capcity: pastry.past.capcity: found an unknown key, expected a known key; did you mean pastry.past.capacity?")]
    [InlineData("past.capacity=lots", "--set past.capacity: pastry.past.capacity: found 'lots', expected a size")]
    [InlineData("past.capacity", "--set: found 'past.capacity', expected key=value")]
    [InlineData("=1", "--set: found '=1', expected key=value")]
    [InlineData("node.seeds=[a:1]", "--set node.seeds: found ':'")]
    [InlineData("a..b=1", "--set a..b: found a dot")]
    public void An_error_names_the_override(string assignment, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<HoconException>(() => Load(assignment)).Message);

    private static NodeSettings Load(params string[] overrides) => PastrySchema.Load("/etc/a.conf", overrides, Options);
}
