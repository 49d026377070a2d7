using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>A span as it came to the collector; ids in base64.</summary>
internal sealed record CollectedSpan(string Node, string Trace, string Id, string Parent, string Name);

/// <summary>A collector of OpenTelemetry's traces: OTLP, protobuf over HTTP, read by the field numbers of opentelemetry-proto (trace/v1/trace.proto).</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();
    private readonly WebApplication _web;

    private Collector()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(TakeAsync);
    }

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public CollectedSpan[] Spans => [.. _spans];

    /// <summary>Whether metrics came, too.</summary>
    public bool HasMetrics { get; private set; }

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._web.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (context.Request.Path == "/v1/metrics") HasMetrics = true;
        else foreach (ByteString ofResource in Fields(ByteString.CopyFrom(body.ToArray()), 1)) TakeResource(ofResource);
        // An answer without a body is one in which nothing was refused.
        context.Response.ContentType = "application/x-protobuf";
    }

    private void TakeResource(ByteString ofResource)
    {
        IEnumerable<ByteString> attributes = Fields(ofResource, 1).SelectMany(resource => Fields(resource, 1));
        string node = attributes.Where(a => Text(a, 1) == "service.instance.id").Select(a => Text(Fields(a, 2).Single(), 1)).Single();
        foreach (ByteString span in Fields(ofResource, 2).SelectMany(scope => Fields(scope, 2)))
            _spans.Enqueue(new CollectedSpan(node, Id(span, 1), Id(span, 2), Id(span, 4), Text(span, 5)));
    }

    private static string Text(ByteString message, int field) => Fields(message, field).Single().ToStringUtf8();

    private static string Id(ByteString message, int field) => Fields(message, field).SingleOrDefault(ByteString.Empty).ToBase64();

    // All values of one field that have a length, in order.
    private static IEnumerable<ByteString> Fields(ByteString message, int field)
    {
        CodedInputStream input = message.CreateCodedInput();
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited) yield return input.ReadBytes();
            else input.SkipLastField();
        }
    }
}
