using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using PastryActors.Client;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>Everything of a node's shell over a fake ring, with small chunks and a folder of its own.</summary>
internal sealed class TestNode : IAsyncDisposable, IDisposable
{
    public const int Chunk = 64 * 1024;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication? _web;

    public TestNode(string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("pastry-test-").FullName;
        Signer = new BatchSigner(_key, new SignatureOptions());
        Owner = new OwnerIdentity(Signer, TimeProvider.System);
        Journal = new OwnerJournal(Path.Combine(Folder, "files"), "test");
        Services = GatewayServices.Over(Ring, Owner, Journal, Transfer, TimeProvider.System);
    }

    public static FileTransferOptions Transfer { get; } = new() { ChunkSizeBytes = Chunk, Window = 4, RequestTimeout = TimeSpan.FromSeconds(5), CodedPatience = TimeSpan.FromMilliseconds(50) };

    public string Folder { get; }

    public FakeRing Ring { get; } = new();

    public BatchSigner Signer { get; }

    public OwnerIdentity Owner { get; }

    public OwnerJournal Journal { get; }

    public GatewayServices Services { get; set; }

    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    public static byte[] Bytes(int length) => RandomNumberGenerator.GetBytes(length);

    public Task<FileInserted> InsertAsync(byte[] content, string name = "a file", bool accept = false) => Services.Inserter.InsertAsync(
        new InsertFile(name, "text/plain", 3, content.Length, AcceptExisting: accept), new MemoryStream(content), new InsertProgress(), Deadline);

    /// <summary>Starts the gateway on a free port.</summary>
    public async Task<(PastryClient Client, HttpClient Http)> ServeAsync(GatewayOptions? options = null)
    {
        _web = GatewayHost.Build(Services, (options ?? new GatewayOptions()) with { Listen = new(System.Net.IPAddress.Loopback, 0) });
        await _web.StartAsync();
        Uri url = GatewayHost.UrlOf(_web);
        return (new PastryClient(new PastryClientOptions { Nodes = [url], Token = options?.Token, AttemptsMax = 1 }), new HttpClient { BaseAddress = url });
    }

    /// <summary>Stops the gateway as a node that leaves does.</summary>
    public Task StopServingAsync() => _web!.StopAsync(Deadline);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Ring.Table.FailAll(Core.Driving.FailureCode.NotActive, "the test is over");
        if (_web is not null) await _web.DisposeAsync();
        Journal.Dispose();
        _key.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
