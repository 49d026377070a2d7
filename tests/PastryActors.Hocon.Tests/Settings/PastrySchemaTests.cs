using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;

namespace PastryActors.Hocon.Tests.Settings;

public sealed class PastrySchemaTests
{
    [Theory]
    [InlineData("overlay.hop-timeout-max = 10ms", "overlay.hop-timeout-max", "at least hop-timeout-min")]
    [InlineData("overlay.hop-timeout-min = 10s", "overlay.hop-timeout-max", "at least hop-timeout-min")]
    [InlineData("overlay.leaf-set-size = 5", "overlay.leaf-set-size", "even")]
    [InlineData("overlay.heartbeat-period = 1s", "overlay.probe-timeout", "heartbeat-period")]
    [InlineData("past.replicas = 16, overlay.leaf-set-size = 16", "past.replicas", "leaf-set-size")]
    [InlineData("past.chunk-size = 2 MiB", "past.chunk-size", "tcp.max-frame")]
    [InlineData("past { volume-size = 2 MiB }", "past.volume-size", "four chunks")]
    [InlineData("past { capacity = 10 MiB }", "past.capacity", "17 times chunk-size")]
    [InlineData("past.attempt-timeout = 2m", "past.attempt-timeout", "request-timeout")]
    [InlineData("tcp.max-message = 2 MiB", "tcp.max-message", "max-frame")]
    [InlineData("tcp.send-queue-bytes = 1 MiB", "tcp.send-queue-bytes", "max-frame")]
    [InlineData("tcp.reconnect-backoff-max = 10ms", "tcp.reconnect-backoff-max", "reconnect-backoff-min")]
    [InlineData("scribe.max-message = 2 MiB", "scribe.max-message", "tcp.max-message")]
    [InlineData("scribe.root-replicas = 16, overlay.leaf-set-size = 8", "scribe.root-replicas", "leaf-set-size")]
    [InlineData("node.http.listen = \"0.0.0.0:80\"", "node.http.listen", "a token")]
    [InlineData("node.http.listen = \"example.org:80\"", "node.http.listen", "a token")]
    [InlineData("node.http.token = \"a b\"", "node.http.token", "without blanks")]
    [InlineData("node.log.levels = [\"past\"]", "node.log.levels", "SUBSYSTEM=LEVEL")]
    [InlineData("node.log.levels = [\"nobody=info\"]", "node.log.levels", "SUBSYSTEM=LEVEL")]
    [InlineData("node.log.levels = [\"past=1\"]", "node.log.levels", "SUBSYSTEM=LEVEL")]
    public void Rules_between_values_hold(string text, string key, string expected)
    {
        HoconProblem problem = Assert.Single(Refused(text).Problems);
        Assert.Equal("pastry." + key, problem.Key);
        Assert.Contains(expected, problem.Expected);
    }

    [Theory]
    [InlineData("node.http { listen = \"0.0.0.0:80\", token = x }")]
    [InlineData("node.http.listen = \"[::1]:80\"")]
    [InlineData("node.http.listen = \"localhost:0\"")]
    [InlineData("node.seeds = []")]
    [InlineData("node.log.levels = [\"past=trace\", \"Transport=off\"]")]
    [InlineData("overlay.advertise = \"\"")]
    [InlineData("overlay = null")]
    [InlineData("overlay.b = null")]
    public void What_is_allowed_is_read(string text) => Read(text);

    [Theory]
    [InlineData("overlay.listen = \"no-port\"")]
    [InlineData("overlay.listen = \"\"")]
    [InlineData("overlay.listen = \"h:70000\"")]
    [InlineData("overlay.listen = \"a b:1\"")]
    [InlineData("overlay.heartbeat-period = 30")]
    [InlineData("overlay.heartbeat-period = 30 MiB")]
    [InlineData("overlay.heartbeat-period = -5s")]
    [InlineData("overlay.heartbeat-period = [5s]")]
    [InlineData("overlay.b = 9")]
    [InlineData("overlay.b = 4.5")]
    [InlineData("overlay.b = {}")]
    [InlineData("tcp.tls = maybe")]
    [InlineData("tcp.max-frame = 1 GiB")]
    [InlineData("tcp.max-frame = 99999999999 GiB")]
    [InlineData("node.seeds = [\"h:1\", [\"h:2\"]]")]
    [InlineData("node.seeds = [\"h\"]")]
    [InlineData("node.log.level = 1")]
    [InlineData("node.log.level = loud")]
    [InlineData("past = 5")]
    [InlineData("past.owner = x")]
    public void What_is_not_is_refused_once_at_its_line(string text)
    {
        HoconProblem problem = Assert.Single(Refused(text).Problems);
        Assert.StartsWith("t.conf:1:", problem.Origin.ToString());
    }

    [Fact]
    public void The_secret_does_not_show_in_the_settings_text() =>
        Assert.DoesNotContain("secret", Read("node.http.token = secret").ToString());

    [Fact]
    public void A_refused_secret_does_not_show_in_the_message() =>
        Assert.DoesNotContain("secret text", Refused("node.http.token = secret text").Message);

    [Fact]
    public void A_document_without_the_root_gives_the_defaults() =>
        Assert.Equal(new NodeSettings(), PastrySchema.Read(HoconDocument.Parse("akka { pastry = 1 }")));

    [Theory]
    [InlineData("pasrty.past.capacity = 1 GiB")]
    [InlineData("past.capacity = 1 GiB")]
    public void A_root_that_looks_like_the_own_is_refused(string text) =>
        Assert.Contains("expected pastry", Assert.Throws<HoconException>(() => PastrySchema.Read(HoconDocument.Parse(text))).Message);

    private static NodeSettings Read(string text) => PastrySchema.Read(HoconDocument.Parse($"pastry {{ {text} }}", "t.conf"));

    private static HoconException Refused(string text) => Assert.Throws<HoconException>(() => Read(text));

    [Fact]
    public void Seeds_as_Akka_writes_them_are_for_the_Akka_engine_alone()
    {
        const string seeds = "pastry.node.seeds = [\"akka.tcp://pastry@10.0.0.1:9000\", \"10.0.0.2:9000\"]\n";
        Assert.Equal(2, PastrySchema.Read(HoconDocument.Parse(seeds + "pastry.node.engine = akka")).Node.Seeds.Count);
        Assert.Contains("a ring is of one engine", Assert.Throws<HoconException>(() => PastrySchema.Read(HoconDocument.Parse(seeds))).Message, StringComparison.Ordinal);
        Assert.Throws<HoconException>(() => PastrySchema.Read(HoconDocument.Parse("pastry.node { engine = akka, seeds = [\"http://x@10.0.0.1:9000\"] }")));
    }

    [Fact]
    public void What_belongs_to_Akka_is_handed_on_as_text_with_its_substitutions_made()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "pastry.node.engine = akka\nsize = 5\nakka { a { b = ${size}, c = [on, \"x\\\"y\"], d = null } }");
            NodeSettings settings = PastrySchema.Load(file, ["akka.a.e=f"]);
            Assert.Equal("\"akka\" : {\"a\" : {\"b\" : \"5\", \"c\" : [\"on\", \"x\\\"y\"], \"d\" : null, \"e\" : \"f\"}}\n", settings.AkkaConfiguration);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
