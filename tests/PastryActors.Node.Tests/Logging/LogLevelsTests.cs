using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Logging;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Logging;

public sealed class LogLevelsTests
{
    [Fact]
    public void Each_subsystem_has_a_level_of_its_own()
    {
        var levels = new LogLevels(new LogSettings { Level = LogThreshold.Warning, Levels = ["transport=debug", "past=off"] });
        Assert.True(levels.Allows("PastryActors.Tcp", LogLevel.Debug));
        Assert.False(levels.Allows("PastryActors.Tcp", LogLevel.Trace));
        Assert.False(levels.Allows("PastryActors.Past", LogLevel.Critical));
        Assert.False(levels.Allows("PastryActors.Overlay", LogLevel.Information));
        Assert.True(levels.Allows("PastryActors.Overlay", LogLevel.Warning));
    }

    [Fact]
    public void Of_the_web_server_no_more_than_warnings_are_written_whatever_the_level()
    {
        var levels = new LogLevels(new LogSettings { Level = LogThreshold.Trace });
        Assert.False(levels.Allows("Microsoft.AspNetCore.Routing", LogLevel.Information));
        Assert.True(levels.Allows("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning));
        levels.Set(null, LogThreshold.Off);
        Assert.False(levels.Allows("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical));
    }

    [Theory]
    [InlineData("debug", "nobody", "is no subsystem")]
    [InlineData("loud", null, "is no level")]
    [InlineData("1", null, "is no level")]
    [InlineData("", "past", "is no level")]
    public void An_order_that_cannot_be_is_refused_with_what_can(string level, string? subsystem, string problem) =>
        Assert.Contains(problem, new LogLevels(new LogSettings()).TrySet(new LogOrder(level, subsystem)), StringComparison.Ordinal);

    [Fact]
    public void A_change_counts_for_loggers_that_were_made_before()
    {
        var levels = new LogLevels(new LogSettings());
        using var seen = new Recorder();
        using ILoggerFactory logs = LoggerFactory.Create(builder =>
        {
            NodeLogging.Configure(builder, new LogSettings(), levels);
            builder.ClearProviders().AddProvider(seen);
        });
        var facts = new NodeFacts(logs);
        facts.Log(new Fact(FactKind.ReplicaStored, new RingId(7), 100));
        levels.Set(LogSubsystem.Past, LogThreshold.Debug);
        facts.Log(new Fact(FactKind.ReplicaStored, new RingId(7), 100));
        facts.Log(new Fact(FactKind.LeafSetChanged, new RingId(7), 3));
        levels.Set(LogSubsystem.Overlay, LogThreshold.Trace);
        facts.Log(new Fact(FactKind.HopTaken, new RingId(8), 1));
        Assert.Equal([$"PastryActors.Past 3390 ReplicaStored {new RingId(7)} 100", $"PastryActors.Overlay 3391 HopTaken {new RingId(8)} 1"], seen.Entries);
    }

    [Fact]
    public async Task The_level_is_seen_and_changed_over_http()
    {
        await using var node = new TestNode();
        node.Services = node.Services with { LogLevels = new LogLevels(new LogSettings()) };
        (PastryClient client, HttpClient http) = await node.ServeAsync();
        Assert.Equal("info", (await client.Overlay.LogAsync()).Levels["scribe"]);
        Assert.Equal("trace", (await client.Overlay.SetLogAsync(new LogOrder("trace", "scribe"))).Levels["scribe"]);
        Assert.Equal("info", (await client.Overlay.LogAsync()).Levels["past"]);
        Assert.Equal("invalid", (await Assert.ThrowsAsync<PastryException>(() => client.Overlay.SetLogAsync(new LogOrder("loud")))).Code);
        using var large = new ByteArrayContent(new byte[2000]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync("/log", large)).StatusCode);
        using var none = new StringContent("null", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/log", none)).StatusCode);
        using var nothing = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/log", nothing)).StatusCode);
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        private readonly string _category = "";

        public ConcurrentQueue<string> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, Entries);

        public Recorder()
        {
        }

        private Recorder(string category, ConcurrentQueue<string> entries) => (_category, Entries) = (category, entries);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue($"{_category} {eventId.Id} {formatter(state, exception)}");

        public void Dispose() => Entries.Clear();
    }
}
