using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.CommandLine;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Upkeep;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>What holds for every command, and commands that ask or steer.</summary>
public sealed class CommandLineTests : CommandLineTest
{
    [Theory]
    [InlineData("frobnicate")]
    [InlineData("put")]
    [InlineData("cluster kill")]
    [InlineData("cluster kill minus")]
    [InlineData("cluster up -n 0")]
    [InlineData("cluster up --engine quantum")]
    [InlineData("put x -k 0")]
    [InlineData("get 00 --frob")]
    [InlineData("repair")]
    [InlineData("repair pause everything")]
    [InlineData("repair speed")]
    [InlineData("repair speed fast")]
    [InlineData("repair speed 1")]
    [InlineData("repair speed 1MiB --objects 0")]
    public async Task Wrong_usage_ends_with_2_and_says_so_on_standard_error(string line)
    {
        Assert.Equal(2, await RunAsync(line.Split(' ')));
        Assert.Empty(_out.ToString());
        Assert.Contains("usage", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_a_command_says_how_to_get_one()
    {
        Assert.Equal(1, await RunAsync("ls", "--dir", Path.Combine(_node.Folder, "none")));
        Assert.Contains("no-node", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("pastry cluster up", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_grants_an_owner_a_quota()
    {
        string ownerFile = Path.Combine(_node.Folder, "an-owner.key"), brokerFile = Path.Combine(_node.Folder, "broker.key");
        Assert.Equal(0, await RunAsync("owner", "create", brokerFile));
        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "create", ownerFile, "--json"));
        string publicKey = JsonDocument.Parse(_out.ToString()).RootElement.GetProperty("publicKey").GetString()!;
        Assert.Equal(1, await RunAsync("owner", "create", ownerFile));

        _node.Ring.Before = r => r switch
        {
            PublishGrant publish => new LedgerReport(r.Id, 0, publish.Grant.FileSize, Ledger.ExpiryOf(publish.Grant)),
            QueryLedger => new LedgerReport(r.Id, 5, 10, long.MaxValue),
            _ => null,
        };
        await ServeAsync();
        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "grant", publicKey, "--quota", "10MiB", "--broker", brokerFile, "--expires", "30d", "--json", "--node", _url));
        JsonElement granted = JsonDocument.Parse(_out.ToString()).RootElement;
        Assert.Equal(10 << 20, granted.GetProperty("quotaBytes").GetInt64());
        Assert.True(granted.GetProperty("expires").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddDays(29));

        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "show", publicKey, "--node", _url));
        Assert.Contains("free    5", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("owner", "grant", publicKey, "--quota", "much", "--broker", brokerFile, "--node", _url));
        Assert.Equal(1, await RunAsync("owner", "show", "no key", "--node", _url));
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_its_code()
    {
        await ServeAsync();
        Assert.Equal(1, await RunAsync("info", new string('0', 40), "--node", _url));
        Assert.Contains("not-found", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else()
    {
        await ServeAsync();
        await PutAsync([1, 2, 3]);
        foreach (string line in (string[])["ls --json", "ring --json", "route abc --json", "topics --json", "pub t hello --json"])
        {
            Assert.Equal(0, await RunAsync([.. line.Split(' '), "--node", _url]));
            Assert.Equal(JsonValueKind.Object, Document().ValueKind);
        }
    }

    [Fact]
    public async Task Background_work_is_shown_and_steered()
    {
        var upkeep = new FakeUpkeep();
        _node.Services = _node.Services with { Upkeep = upkeep };
        await ServeAsync();
        Assert.Equal(0, await RunAsync("repair", "status", "--node", _url));
        Assert.Contains("the last pass ended", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("repair", "pause", "scrub", "--json", "--node", _url));
        Assert.True(Document().GetProperty("nodes")[0].GetProperty("paused").GetBoolean());
        foreach (string line in (string[])["repair resume", "repair speed 8MiB/s --objects 2", "repair scrub"]) Assert.Equal(0, await RunAsync([.. line.Split(' '), "--node", _url]));
        Assert.Equal([new RepairOrder("pause", "scrub"), new RepairOrder("resume"), new RepairOrder("speed", null, 8 << 20, 2), new RepairOrder("scrub")], upkeep.Orders);
    }

    [Fact]
    public async Task The_doctor_names_what_is_wrong_and_ends_with_1()
    {
        await ServeAsync();
        Assert.Equal(1, await RunAsync("doctor", "--json", "--node", _url, "--dir", Path.Combine(_node.Folder, "none")));
        Assert.False(Document().GetProperty("healthy").GetBoolean());
        JsonElement[] findings = [.. Document().GetProperty("findings").EnumerateArray()];
        Assert.Contains(findings, f => f.GetProperty("code").GetString() == FindingCodes.Alone && f.GetProperty("severity").GetString() == "critical");
        Assert.All(findings, f => Assert.All((string[])["node", "what", "advice"], name => Assert.NotEmpty(f.GetProperty(name).GetString()!)));
        Assert.Equal(1, await RunAsync("doctor", "--dir", Path.Combine(_node.Folder, "none")));
        Assert.Contains(FindingCodes.NoCluster, _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_node_command_hands_over_its_settings_and_its_exit_code()
    {
        (string?, string) got = default;
        var command = new PastryCommand((config, overrides, _) =>
        {
            got = (config, string.Join('|', overrides));
            return Task.FromResult(7);
        });
        Assert.Equal(7, await command.RunAsync(["node", "--config", "x.conf", "--set", "a=1", "--set", "b=[\"2\", \"3\"]"], _out, _error, () => _raw));
        Assert.Equal(("x.conf", "a=1|b=[\"2\", \"3\"]"), got);
    }
}
