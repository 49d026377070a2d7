using Microsoft.Extensions.Configuration;
using PastryActors.Hocon.Configuration;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Tests.Support;

namespace PastryActors.Hocon.Tests.Configuration;

public sealed class ConfigurationTests
{
    [Fact]
    public void Names_are_joined_by_colons_and_list_items_numbered()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddHoconText("a.b { c = 5s, d = [x, { e = y }], f = null, g = [] }").Build();
        Assert.Equal("5s", configuration["a:b:c"]);
        Assert.Equal("5s", configuration["A:B:C"]);
        Assert.Equal("x", configuration["a:b:d:0"]);
        Assert.Equal("y", configuration["a:b:d:1:e"]);
        Assert.Null(configuration["a:b:f"]);
        Assert.Equal("", configuration["a:b:g"]);
    }

    [Fact]
    public void Later_sources_win()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddHocon("/etc/a.conf", options: new Files().With("a.conf", "x = 1, y = 1, z = 1").Options)
            .AddHoconText("y = 2, z = 2")
            .AddHoconOverrides(["z=127.0.0.1:80"])
            .Build();
        Assert.Equal(["1", "2", "127.0.0.1:80"], new[] { "x", "y", "z" }.Select(key => configuration[key]!));
    }

    [Fact]
    public void A_missing_file_is_refused_unless_optional()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n"));
        Assert.Throws<HoconException>(() => new ConfigurationBuilder().AddHocon(path).Build());
        Assert.Empty(new ConfigurationBuilder().AddHocon(path, optional: true).Build().AsEnumerable());
    }

    [Fact]
    public void Other_roots_bind_as_usual()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddHoconText("akka { loglevel = INFO, nodes = [a, b] }").Build();
        Assert.Equal(["a", "b"], configuration.GetSection("akka:nodes").Get<string[]>()!);
    }
}
