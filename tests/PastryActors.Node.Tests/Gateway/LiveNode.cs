using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Client;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Hosting;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>A whole node with its gateway, a ring by itself, in this process: what an answer over HTTP depends on is all real.</summary>
public sealed class LiveNode : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-live-").FullName;
    private readonly ECDsa _owner = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private IHostedNode? _node;
    private OwnerJournal? _journal;
    private WebApplication? _web;

    public HttpClient Http { get; private set; } = new();

    public PastryClient Client { get; private set; } = null!;

    public IHostedNode Node => _node!;

    public async Task InitializeAsync()
    {
        var settings = PastrySchema.Load(null, [
            $"node.dir={_folder}", "node.found-ring=true", "overlay.listen=\"127.0.0.1:0\"", "overlay.found-after=100ms", "scribe.heartbeat-period=200ms", "past.replicas=1"]);
        StartedNode started = await NodeComposition.StartAsync(settings, _owner, NullLoggerFactory.Instance, CancellationToken.None);
        _node = started.Node;
        _journal = new OwnerJournal(Path.Combine(_folder, "owner.files"), _node.Id.ToString());
        GatewayServices services = GatewayServices.Over(_node.Access, new OwnerIdentity(started.OwnerSigner, TimeProvider.System), _journal, SettingsMap.TransferOf(settings), TimeProvider.System);
        _web = GatewayHost.Build(services, new GatewayOptions { Listen = new(System.Net.IPAddress.Loopback, 0), SubscriberWindow = 8 });
        await _web.StartAsync();
        Uri url = GatewayHost.UrlOf(_web);
        Http = new HttpClient { BaseAddress = url };
        Client = new PastryClient(new PastryClientOptions { Nodes = [url], AttemptsMax = 1 });
        CancellationToken deadline = TestNode.Deadline;
        while (!(await _node.Access.StatusAsync(deadline)).Active) await Task.Yield();
    }

    public async Task DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
    }

    /// <summary>After <see cref="DisposeAsync"/>.</summary>
    public void Dispose()
    {
        Client?.Dispose();
        Http.Dispose();
        _journal?.Dispose();
        _owner.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
