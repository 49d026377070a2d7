using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PastryActors.Engine;
using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Logging;
using PastryActors.Node.Telemetry;
using PastryActors.Node.Workers;
using PastryActors.Store;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>
/// Runs one node as a process: settings, logs, the owner's key, the node itself, its gateway. Told to stop, it hands over what the node holds while the gateway still
/// answers, then closes the gateway, then tells the neighbours; SIGINT cuts the first of these short. Ends with 0 when told to stop, 1 when the node failed, 2 for a
/// configuration that cannot be used.
/// </summary>
public sealed class NodeHost(NodeFactory start, TextWriter error)
{
    /// <summary>Runs until <paramref name="stop"/> or until the node fails.</summary>
    public async Task<int> RunAsync(string? config, IReadOnlyList<string> overrides, CancellationToken stop)
    {
        if (Load(config, overrides) is not { } settings) return 2;
        if (GatewayOptionsOf(settings) is not { } gateway) return 2;
        var levels = new LogLevels(settings.Node.Log);
        using ILoggerFactory logs = LoggerFactory.Create(builder => NodeLogging.Configure(builder, settings.Node.Log, levels));
        ILogger logger = logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Node));
        try
        {
            return await RunAsync(settings, gateway, logs, levels, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (IsForTheOperator(fault))
        {
            await error.WriteLineAsync($"pastry: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
        catch (Exception fault)
        {
            HostLog.Failed(logger, fault);
            return 1;
        }
    }

    /// <summary>A port in use, a folder that cannot be used, a damaged key: the message says it all, and a stack trace would only hide it.</summary>
    private static bool IsForTheOperator(Exception fault) =>
        fault is ListenException or InvalidDataException or StoreUnusableException or NodeKeyException or EngineOptionsException or IOException or UnauthorizedAccessException or CryptographicException;

    private async Task<int> RunAsync(NodeSettings settings, GatewayOptions gateway, ILoggerFactory logs, LogLevels levels, CancellationToken stop)
    {
        ILogger logger = logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Node));
        string keyFile = settings.Past.OwnerKey.Length > 0 ? settings.Past.OwnerKey : Path.Combine(settings.Node.Dir, "owner.key");
        using var ownerKey = OwnerKey.LoadOrCreate(keyFile);
        StartedNode started = await start(settings, ownerKey, logs, stop).ConfigureAwait(false);
        await using IHostedNode node = started.Node;
        using var telemetry = NodeTelemetry.Start(settings.Node.Telemetry, node.Id.ToString());
        using var trimmer = new MemoryTrimmer(TimeProvider.System);
        using var journal = new OwnerJournal(keyFile + ".files", node.Id.ToString());
        var services = GatewayServices.Over(
            node.Access, new OwnerIdentity(started.OwnerSigner, TimeProvider.System), journal, SettingsMap.TransferOf(settings), TimeProvider.System);
        await using WebApplication web = GatewayHost.Build(services with { Upkeep = node.Upkeep, LogLevels = levels }, gateway, builder => NodeLogging.Configure(builder, settings.Node.Log, levels));
        await web.StartAsync(stop).ConfigureAwait(false);
        HostLog.Started(logger, node.Id.ToString(), GatewayHost.UrlOf(web));
        using var interrupted = new CancellationTokenSource();
        using PosixSignalRegistration interruption = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            interrupted.Cancel();
        });
        bool failed = await UntilStoppedAsync(node, logger, stop).ConfigureAwait(false);
        if (!failed) await HandOverAsync(node, settings.Node.HandOver, logger, interrupted.Token).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(HostedNode.LeaveDeadline);
        // First no more requests, then no more node: nobody is told something that it no longer stands for.
        await web.StopAsync(deadline.Token).ConfigureAwait(false);
        if (!failed) await LeaveAsync(node, logger, deadline.Token).ConfigureAwait(false);
        return failed ? 1 : 0;
    }

    private static async Task<bool> UntilStoppedAsync(IHostedNode node, ILogger logger, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        using CancellationTokenRegistration registration = stop.Register(stopped.SetResult);
        if (await Task.WhenAny(node.Failure, stopped.Task).ConfigureAwait(false) == stopped.Task) return false;
        HostLog.Failed(logger, node.Failure.Exception);
        return true;
    }

    private static async Task HandOverAsync(IHostedNode node, TimeSpan timeout, ILogger logger, CancellationToken interrupted)
    {
        HostLog.Leaving(logger, timeout.TotalSeconds);
        try
        {
            if (await node.HandOverAsync(timeout, interrupted).ConfigureAwait(false) is not { } done) return;
            if (done.Left > 0) HostLog.LeftOver(logger, done.Left, done.Entries, timeout.TotalSeconds);
            else HostLog.HandedOver(logger, done.Entries - done.Unplaced);
            if (done.Unplaced > 0) HostLog.Unplaced(logger, done.Unplaced);
        }
        catch (OperationCanceledException)
        {
            HostLog.Interrupted(logger);
        }
    }

    private static async Task LeaveAsync(IHostedNode node, ILogger logger, CancellationToken deadline)
    {
        try
        {
            await node.LeaveAsync(deadline).ConfigureAwait(false);
            HostLog.Left(logger);
        }
        catch (Exception e) when (e is OperationCanceledException or Access.RequestFailedException)
        {
            // The neighbours will find out by themselves, only later.
            HostLog.LeftUnsaid(logger, e.Message);
        }
    }

    private NodeSettings? Load(string? config, IReadOnlyList<string> overrides)
    {
        try
        {
            return PastrySchema.Load(config, overrides);
        }
        catch (HoconException wrong)
        {
            foreach (HoconProblem problem in wrong.Problems) error.WriteLine($"pastry: config: {problem}");
            return null;
        }
    }

    private GatewayOptions? GatewayOptionsOf(NodeSettings settings)
    {
        HttpSettings http = settings.Node.Http;
        string problem = $"node.http.listen = {http.Listen}: an IP address and a port are wanted";
        if (IPEndPoint.TryParse(http.Listen.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out IPEndPoint? listen))
        {
            var options = new GatewayOptions { Listen = listen, Token = http.Token, AllowedOrigins = http.AllowedOrigins, SubscriberWindow = Math.Max(2, settings.Scribe.SubscriberQueue / 4) };
            if (options.Problem() is not { } refused) return options;
            problem = refused;
        }

        error.WriteLine($"pastry: config: {problem}");
        return null;
    }
}
