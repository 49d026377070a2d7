using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>A gateway that hands on what another says, but for one byte of content.</summary>
internal sealed class LyingGateway(WebApplication web, HttpClient http) : IAsyncDisposable
{
    public string Url => GatewayHost.UrlOf(web).ToString();

    /// <param name="at">Which byte of a body of content is another.</param>
    /// <param name="ofList">It is one of the list of chunks.</param>
    public static async Task<LyingGateway> StartAsync(Uri honest, int at, bool ofList = false)
    {
        var http = new HttpClient { BaseAddress = honest };
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Microsoft.AspNetCore.Hosting.WebHostBuilderKestrelExtensions.ConfigureKestrel(builder.WebHost, kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        WebApplication web = builder.Build();
        web.Run(context => AnswerAsync(context, http, at, ofList));
        await web.StartAsync();
        return new LyingGateway(web, http);
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        http.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, HttpClient http, int at, bool ofList)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, context.Request.Path.Value + context.Request.QueryString);
        if (context.Request.Headers.Range is [{ } range, ..]) request.Headers.TryAddWithoutValidation("Range", range);
        using HttpResponseMessage response = await http.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        if (body.Length > at && context.Request.Path.Value!.EndsWith("/chunks", StringComparison.Ordinal) == ofList) body[at] ^= 1;
        context.Response.StatusCode = (int)response.StatusCode;
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers)) context.Response.Headers[name] = values.ToArray();
        context.Response.Headers.Remove("Transfer-Encoding");
        await context.Response.Body.WriteAsync(body);
    }
}
