using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Dashboard;
using PastryActors.Node.Logging;

namespace PastryActors.Node.Gateway;

/// <summary>Builds the web application of a node: Kestrel, routing, the guard and the endpoints, and nothing else.</summary>
public static class GatewayHost
{
    /// <summary>Makes the application; the caller starts, stops and disposes of it. Throws <see cref="ArgumentException"/> for options that would open the node to the world.</summary>
    public static WebApplication Build(GatewayServices services, GatewayOptions options, Action<ILoggingBuilder>? logging = null)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "pastry" });
        logging?.Invoke(builder.Logging);
        builder.Services.AddRoutingCore();
        var recorder = new MetricsRecorder(services);
        builder.Services.AddHostedService(_ => recorder);
        builder.Services.AddSingleton(_ => new TransferGates(options, services.Time));
        ApiDocument.AddTo(builder.Services);
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.MaxReadBufferSize = options.UnreadBytesMax).ConfigureKestrel(kestrel => Configure(kestrel, options));
        WebApplication app = builder.Build();
        Guard(app, options);
        new FileEndpoints(services, new UploadRegistry(options.WatchedUploadsMax), app.Services.GetRequiredService<TransferGates>()).Map(app);
        new FileTraceEndpoint(services, options).Map(app);
        new OwnerEndpoints(services).Map(app);
        new TopicEndpoints(services, options).Map(app);
        new ChannelEndpoints(services, options).Map(app);
        new OverlayEndpoints(services, options).Map(app);
        new UpkeepEndpoints(services, options).Map(app);
        if (services.LogLevels is { } levels) new LogEndpoints(levels).Map(app);
        new StatusEndpoints(services, recorder, options).Map(app);
        new DashboardEndpoints(DashboardFiles.Load()).Map(app);
        new SessionEndpoints(options).Map(app);
        app.MapOpenApi("/openapi.json");
        return app;
    }

    /// <summary>The URL on which a started application listens.</summary>
    public static Uri UrlOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static void Configure(KestrelServerOptions kestrel, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        // The endpoints set limits of their own, each with a sentence that names it.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Guard(WebApplication app, GatewayOptions options)
    {
        var others = new CrossOrigin(options.AllowedOrigins);
        var guard = new GatewayGuard(options, others);
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(LogLevels.CategoryOf(LogSubsystem.Gateway));
        app.Use(async (context, next) =>
        {
            RequestIds.Assign(context);
            SecurityHeaders.Write(context.Response.Headers);
            if (others.Answer(context)) return;
            try
            {
                if (guard.Refusal(context.Request) is { } refusal) await Problems.Result(refusal).ExecuteAsync(context).ConfigureAwait(false);
                else await next(context).ConfigureAwait(false);
            }
            catch (Exception fault) when (!context.Response.HasStarted)
            {
                Log.Faulted(logger, fault, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                await Problems.Result(Problems.Make(500, "fault", "a fault of this program; its log says more")).ExecuteAsync(context).ConfigureAwait(false);
            }
        });
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        app.UseRouting();
        app.UseStatusCodePages(async pages =>
        {
            int status = pages.HttpContext.Response.StatusCode;
            (string code, string detail) = status == 405 ? ("invalid", "this path does not take that method") : ("not-found", "there is nothing at this path");
            await Problems.Result(Problems.Make(status, code, detail)).ExecuteAsync(pages.HttpContext).ConfigureAwait(false);
        });
        app.UseEndpoints(_ => { });
    }
}
