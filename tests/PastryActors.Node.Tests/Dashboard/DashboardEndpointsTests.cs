using System.Net;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Dashboard;

public sealed class DashboardEndpointsTests : IDisposable
{
    private readonly TestNode _node = new();

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/dashboard/app.js", "text/javascript")]
    [InlineData("/dashboard/style.css", "text/css")]
    public async Task A_file_comes_with_its_type_and_a_policy_that_lets_nothing_else_in(string path, string type)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage first = await http.GetAsync(new Uri("/dashboard/app.js", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/app.js") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using HttpResponseMessage again = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(0, again.Content.Headers.ContentLength ?? 0);
    }

    [Theory]
    [InlineData("/dashboard/no.js")]
    [InlineData("/dashboard/..%2F..%2Fetc%2Fpasswd")]
    [InlineData("/dashboard/")]
    public async Task There_is_nothing_but_the_dashboards_own_files(string path)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    public void Dispose() => _node.Dispose();
}
