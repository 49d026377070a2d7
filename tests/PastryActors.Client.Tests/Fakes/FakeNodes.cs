using System.Net;
using System.Text;

namespace PastryActors.Client.Tests.Fakes;

/// <summary>Gateways that answer as a test says, and the clients that speak with them without waiting between attempts.</summary>
internal static class FakeNodes
{
    public static readonly Uri First = new("http://first:1");
    public static readonly Uri Second = new("http://second:2");

    public static PastryClient Client(Func<HttpRequestMessage, HttpResponseMessage> answer, int attemptsMax = 6, params Uri[] nodes) => new(
        new Handler(answer),
        new PastryClientOptions { Nodes = nodes.Length > 0 ? nodes : [First, Second], AttemptsMax = attemptsMax, BackoffFirst = TimeSpan.Zero, BackoffMax = TimeSpan.Zero });

    public static HttpResponseMessage Answer(HttpStatusCode status, string body, string type = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    public static HttpResponseMessage Refusal(HttpStatusCode status, string code) =>
        Answer(status, $$"""{"title":"t","status":{{(int)status}},"detail":"d","code":"{{code}}"}""", "application/problem+json");

    public static HttpRequestException NotThere() => new(HttpRequestError.ConnectionError, "refused");

    public static HttpRequestException Broken() => new(HttpRequestError.ResponseEnded, "it ended");

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}

/// <summary>Content that breaks after some bytes.</summary>
internal sealed class BreakingContent(byte[] bytes, int breakAfter) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new Broken(bytes, breakAfter));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }

    private sealed class Broken(byte[] bytes, int breakAfter) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Position < breakAfter
            ? base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, breakAfter - Position)], cancellationToken)
            : throw new IOException("the connection broke");
    }
}
