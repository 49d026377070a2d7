using System.Security.Cryptography;
using PastryActors.Akka.Tests.Support;
using PastryActors.Client;
using Xunit.Abstractions;

namespace PastryActors.Akka.Tests.Processes;

/// <summary>Processes of two Akka clusters that make one ring, in TLS with the ring's certificate; and one that has another.</summary>
public sealed class BorderTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-border-").FullName;

    [Fact]
    public async Task Two_clusters_in_TLS_make_one_ring_that_keeps_a_file_when_one_of_its_holders_leaves()
    {
        string[] tls = [$"pastry.akka.certificate={Certificate("ring")}", "node.engine=akka"];
        await using NodeProcess first = Start("first", "one", [.. tls, "node.found-ring=true"]);
        await first.WhenActiveAsync(0);
        await using NodeProcess second = Start("second", "one", [.. tls, $"node.seeds=[\"{first.Overlay}\"]"]);
        await using NodeProcess third = Start("third", "two", [.. tls, $"node.seeds=[\"akka.ssl.tcp://one@{first.Overlay}\"]"]);
        await third.WhenActiveAsync(1);
        // Of its own cluster alone: the ring is found through the third, which is of both.
        await using NodeProcess fourth = Start("fourth", "two", [.. tls, $"node.seeds=[\"{third.Overlay}\"]"]);
        NodeProcess[] all = [first, second, third, fourth];
        await Task.WhenAll(all.Select(n => n.WhenActiveAsync(3)));

        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        FileReceipt receipt = await first.Client.Past.InsertAsync("over the border", new MemoryStream(content), k: 4);
        Assert.Equal(4, receipt.Receipts.Select(r => r.NodeId).Distinct().Count());
        foreach (NodeProcess node in all) Assert.Equal(content, await ReadAsync(node, receipt.FileId));

        byte[] only = RandomNumberGenerator.GetBytes(2_500_000);
        FileReceipt single = await fourth.Client.Past.InsertAsync("once", new MemoryStream(only), k: 1);
        Assert.Equal(0, await third.TerminateAsync());
        Assert.Contains("handed over", third.Log, StringComparison.Ordinal);
        Assert.Equal(only, await ReadAsync(first, single.FileId));
        foreach (NodeProcess node in all) output.WriteLine($"{node.Overlay}\n{node.Log}\n");
    }

    [Fact]
    public async Task Who_shows_another_certificate_is_not_let_in_and_harms_nobody()
    {
        await using NodeProcess first = Start("first", "one", [$"pastry.akka.certificate={Certificate("ring")}", "node.engine=akka", "node.found-ring=true"]);
        await first.WhenActiveAsync(0);
        await using NodeProcess stranger = Start("stranger", "one", [$"pastry.akka.certificate={Certificate("other")}", "node.engine=akka", $"node.seeds=[\"{first.Overlay}\"]"]);

        Assert.NotEqual(0, await stranger.ExitAsync());

        FileReceipt receipt = await first.Client.Past.InsertAsync("still here", new MemoryStream([1, 2, 3]), k: 1);
        Assert.Equal([1, 2, 3], await ReadAsync(first, receipt.FileId));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private NodeProcess Start(string name, string system, params IEnumerable<string> settings) =>
        NodeProcess.Start(Path.Combine(_folder, name), FreePort.Next(), [.. settings, $"pastry.akka.system={system}"]);

    private static async Task<byte[]> ReadAsync(NodeProcess node, string file)
    {
        await using Stream stream = await node.Client.Past.LookupAsync(file);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    private string Certificate(string name)
    {
        string file = Path.Combine(_folder, $"{name}.pfx");
        File.WriteAllBytes(file, RingCertificate.MakePkcs12(name));
        return file;
    }
}
