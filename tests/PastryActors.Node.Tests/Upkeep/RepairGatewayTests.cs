using System.Net;
using System.Net.Http.Json;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Node.Files;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Upkeep;

public sealed class RepairGatewayTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly FakeUpkeep _upkeep = new();

    public RepairGatewayTests() => _node.Services = _node.Services with { Upkeep = _upkeep };

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Background_work_is_shown_paused_and_paced_over_HTTP()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        using (client)
        using (http)
        {
            Assert.False((await client.Overlay.RepairAsync()).Paused);
            Assert.True((await client.Overlay.SteerRepairAsync(new RepairOrder("pause"))).Paused);
            await client.Overlay.SteerRepairAsync(new RepairOrder("speed", null, 5000, 3));
            Assert.Equal([new RepairOrder("pause"), new RepairOrder("speed", null, 5000, 3)], _upkeep.Orders);
        }
    }

    [Theory]
    [InlineData("{\"action\":\"stop\"}", 400)]
    [InlineData("{\"action\":\"pause\",\"worker\":\"everything\"}", 400)]
    [InlineData("{\"action\":\"speed\"}", 400)]
    [InlineData("{\"action\":\"speed\",\"bytesPerSecond\":0}", 400)]
    [InlineData("{\"action\":\"speed\",\"objectsAtOnce\":-1}", 400)]
    [InlineData("{\"worker\":\"scrub\"}", 400)]
    [InlineData("pause", 400)]
    [InlineData("", 400)]
    [InlineData("long", 413)]
    public async Task What_is_no_order_is_refused_and_changes_nothing(string body, int status)
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        using (client)
        using (http)
        {
            using var content = new StringContent(body == "long" ? new string(' ', 10_000) : body);
            using HttpResponseMessage response = await http.PostAsync(new Uri("/repair", UriKind.Relative), content);
            Assert.Equal((HttpStatusCode)status, response.StatusCode);
            Assert.NotNull(await response.Content.ReadFromJsonAsync(PastryJson.Default.Problem));
            Assert.Empty(_upkeep.Orders);
        }
    }

    [Fact]
    public async Task Info_says_why_a_file_has_a_replica_too_few_and_what_to_do()
    {
        FileInserted file = await _node.InsertAsync(TestNode.Bytes(100));
        NodeHandle second = new(new RingId(2), "127.0.0.1:2", 1), third = new(new RingId(3), "127.0.0.1:3", 1), fourth = new(new RingId(4), "127.0.0.1:4", 1);
        _node.Ring.Before = request => request switch
        {
            InspectObject ask => new ObjectInspected(ask.Id, file.Certificate,
            [
                new HolderReport(FakeRing.Self, HolderState.Verified, TimeSpan.Zero), new HolderReport(second, HolderState.Missing),
                new HolderReport(third, HolderState.Pointer, null, fourth), new HolderReport(fourth, HolderState.Held, TimeSpan.FromHours(1)),
            ]),
            AskUpkeep ask when ask.About == file.Certificate.File && ask.Peer == second => new UpkeepTold(
                ask.Id, second, new UpkeepReport(RepairActivity.Paused, 4, 0, [], RepairTrouble.Waiting, CapacityAdvice.None, HostUpkeep.Unknown)),
            _ => null,
        };
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        using (client)
        using (http)
        {
            FileDescription found = await client.Past.DescribeAsync(file.Certificate.File.ToString());
            Assert.Equal(["verified", "missing", "pointer", "held"], found.Holders.Select(h => h.State));
            Assert.Equal(fourth.Id.ToString(), found.Holders[2].DivertedTo);
            Assert.InRange((found.Holders[0].VerifiedAt - found.Holders[3].VerifiedAt)!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
            string advice = Assert.Single(found.Advice!);
            Assert.Contains("paused", advice, StringComparison.Ordinal);
            Assert.Contains(second.Id.ToString(), advice, StringComparison.Ordinal);
        }
    }
}
