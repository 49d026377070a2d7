using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Node.Gateway;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>HTTP as RFC 9110 has it, with .NET's own client: several ranges, preconditions, names, ids, other sites, and what a crowd is told.</summary>
public sealed class HttpConformanceTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly byte[] _content = TestNode.Bytes((3 * TestNode.Chunk) + 7);

    [Theory]
    [InlineData("bytes=0-9,200-299,-5", 3)]
    [InlineData("bytes=65530-65545,196610-", 2)]
    public async Task Several_ranges_come_as_parts(string ranges, int parts)
    {
        (HttpClient http, string path) = await InsertAsync();
        using HttpResponseMessage response = await SendAsync(http, path, r => r.Headers.Range = RangeHeaderValue.Parse(ranges));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("multipart/byteranges", response.Content.Headers.ContentType?.MediaType);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        string boundary = "--" + response.Content.Headers.ContentType!.Parameters.Single(p => p.Name == "boundary").Value;
        string text = Encoding.Latin1.GetString(body);
        string[] found = text.Split("\r\n" + boundary)[1..^1];
        Assert.Equal(parts, found.Length);
        foreach (string part in found)
        {
            int head = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            ContentRangeHeaderValue range = ContentRangeHeaderValue.Parse(part[..head].Split("Content-Range: ")[1].Split("\r\n")[0]);
            Assert.Equal(_content.Length, range.Length);
            Assert.Equal(_content[(int)range.From!.Value..(int)(range.To!.Value + 1)], Encoding.Latin1.GetBytes(part[(head + 4)..]));
        }

        Assert.EndsWith(boundary + "--\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-99,50-149", "bytes 0-149")]
    [InlineData("bytes=0-9,999999-", "bytes 0-9")]
    public async Task Ranges_that_overlap_become_one_and_one_outside_the_file_is_left_out(string ranges, string expected)
    {
        (HttpClient http, string path) = await InsertAsync();
        using HttpResponseMessage response = await SendAsync(http, path, r => r.Headers.Range = RangeHeaderValue.Parse(ranges));
        Assert.StartsWith(expected, response.Content.Headers.ContentRange!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_ranges_are_answered_with_the_whole_file_and_none_in_it_with_416()
    {
        (HttpClient http, string path) = await InsertAsync();
        string many = string.Join(",", Enumerable.Range(0, 17).Select(i => $"{10 * i}-{(10 * i) + 1}"));
        using HttpResponseMessage whole = await SendAsync(http, path, r => r.Headers.Range = RangeHeaderValue.Parse("bytes=" + many));
        Assert.Equal((HttpStatusCode.OK, (long)_content.Length), (whole.StatusCode, whole.Content.Headers.ContentLength));
        using HttpResponseMessage none = await SendAsync(http, path, r => r.Headers.Range = RangeHeaderValue.Parse("bytes=999999-,-0"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
    }

    [Theory]
    [InlineData("\"another\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("*", HttpStatusCode.OK)]
    public async Task If_match_guards_against_another_content(string tag, HttpStatusCode expected)
    {
        (HttpClient http, string path) = await InsertAsync();
        using HttpResponseMessage response = await SendAsync(http, path, r => r.Headers.TryAddWithoutValidation("If-Match", tag));
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("dir/naïve \"name\".txt", "")]
    [InlineData("evil\u202Egpj.exe", "?download")]
    public async Task A_download_has_its_name_in_both_forms(string name, string query)
    {
        (HttpClient http, string path) = await InsertAsync(name);
        using HttpResponseMessage response = await SendAsync(http, path + query, _ => { });
        string disposition = Assert.Single(response.Content.Headers.GetValues("Content-Disposition"));
        Assert.StartsWith(query.Length > 0 ? "attachment" : "inline", disposition, StringComparison.Ordinal);
        Assert.Contains("filename*=UTF-8''", disposition, StringComparison.Ordinal);
        Assert.Equal(name[(name.LastIndexOf('/') + 1)..], ContentDispositionHeaderValue.Parse(disposition).FileNameStar);
        Assert.All(disposition, c => Assert.InRange(c, ' ', '~'));
    }

    [Theory]
    [InlineData("job-7.a_b", true)]
    [InlineData("two words", false)]
    public async Task A_request_has_an_id_and_it_is_the_askers_own_where_that_is_plausible(string given, bool kept)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage response = await SendAsync(http, "/status", r => r.Headers.TryAddWithoutValidation("X-Request-Id", given));
        string id = Assert.Single(response.Headers.GetValues("X-Request-Id"));
        Assert.Equal(kept, id == given);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Another_sites_page_may_ask_only_where_it_was_named()
    {
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { AllowedOrigins = ["https://app.example"] });
        using HttpResponseMessage named = await SendAsync(http, "/status", r => r.Headers.Add("Origin", "https://app.example"));
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(named.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(named.Headers.Contains("Access-Control-Allow-Credentials"));
        using HttpResponseMessage other = await SendAsync(http, "/status", r => r.Headers.Add("Origin", "https://other.example"));
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));

        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/files/x") { Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "PUT" } } };
        using HttpResponseMessage allowed = await http.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Contains("PUT", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example/")]
    [InlineData("ftp://app.example")]
    public void A_site_is_named_by_scheme_and_host(string origin) =>
        Assert.Throws<ArgumentException>(() => GatewayHost.Build(_node.Services, new GatewayOptions { Listen = new(IPAddress.Loopback, 0), AllowedOrigins = [origin] }));

    [Fact]
    public async Task A_crowd_of_uploads_waits_its_turn_and_too_large_a_one_is_told_when_to_come_back()
    {
        var held = new TaskCompletionSource();
        _node.Ring.Hold = request => request is InsertObject ? held.Task : Task.CompletedTask;
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { UploadsMax = 1, TransfersWaitingMax = 1 });
        Task<HttpResponseMessage>[] crowd = [.. Enumerable.Range(0, 3).Select(i => http.PutAsync(new Uri($"/files/{i}", UriKind.Relative), new ByteArrayContent(_content[..(100 + i)])))];
        using HttpResponseMessage refused = await await Task.WhenAny(crowd);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        held.SetResult();
        HttpResponseMessage[] all = await Task.WhenAll(crowd);
        Assert.Equal(2, all.Count(r => r.StatusCode == HttpStatusCode.Created));
    }

    [Fact]
    public async Task An_upload_that_waited_too_long_is_refused_as_busy()
    {
        var held = new TaskCompletionSource();
        _node.Ring.Hold = request => request is InsertObject ? held.Task : Task.CompletedTask;
        (_, HttpClient http) = await _node.ServeAsync(new GatewayOptions { UploadsMax = 1, TransferPatience = TimeSpan.FromMilliseconds(50) });
        Task<HttpResponseMessage>[] both = [.. Enumerable.Range(0, 2).Select(i => http.PutAsync(new Uri($"/files/{i}", UriKind.Relative), new ByteArrayContent(_content[..(100 + i)])))];
        using HttpResponseMessage refused = await await Task.WhenAny(both);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        held.SetResult();
        await Task.WhenAll(both);
    }

    [Fact]
    public async Task The_document_describes_every_endpoint_and_only_what_there_is()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        JsonElement document = JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi.json", UriKind.Relative))).RootElement;
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        JsonElement paths = document.GetProperty("paths");
        foreach ((string path, string method) in ((string, string)[])
            [
                ("/files/{fileId}", "put"), ("/files/{fileId}", "get"), ("/files/{fileId}", "head"), ("/files/{fileId}", "delete"), ("/files/{fileId}/info", "get"), ("/files/{fileId}/trace", "get"),
                ("/files", "get"), ("/uploads/{upload}", "get"), ("/topics/{topic}", "post"), ("/topics/{topic}", "get"), ("/topics", "get"), ("/ring", "get"), ("/routes/{key}", "get"),
                ("/status", "get"), ("/metrics", "get"), ("/metrics/history", "get"), ("/doctor", "get"), ("/events", "get"), ("/healthz", "get"), ("/readyz", "get"), ("/session", "post"),
            ])
            Assert.True(paths.TryGetProperty(path, out JsonElement item) && item.TryGetProperty(method, out _), $"{method} {path}");

        List<string> ids = [];
        foreach (JsonProperty path in paths.EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                string where = $"{operation.Name} {path.Name}";
                Assert.True(operation.Value.TryGetProperty("summary", out _), where);
                Assert.True(operation.Value.GetProperty("responses").TryGetProperty("default", out _), where);
                ids.Add(operation.Value.GetProperty("operationId").GetString()!);
                if (path.Name.Contains('{', StringComparison.Ordinal)) Assert.Contains(operation.Value.GetProperty("parameters").EnumerateArray(), p => p.GetProperty("in").GetString() == "path");
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
        JsonElement node = document.GetProperty("components").GetProperty("schemas").GetProperty("NodeDescription");
        Assert.True(node.GetProperty("properties").TryGetProperty("leafSetComplete", out _));
        Assert.True(document.GetProperty("components").GetProperty("schemas").TryGetProperty("Problem", out _));
    }

    [Fact]
    public async Task A_lookup_is_explained()
    {
        (HttpClient http, string path) = await InsertAsync("traced");
        FileTrace trace = JsonSerializer.Deserialize(await http.GetStringAsync(new Uri(path + "/trace", UriKind.Relative)), PastryJson.Default.FileTrace)!;
        Assert.Equal(("traced", "replica", FakeRing.Self.Id.ToString()), (trace.Name, trace.Source, trace.AnsweredBy.NodeId));
        // Who answers and is no holder had it in its cache.
        _node.Ring.Before = request => request is InspectObject inspect ? new ObjectInspected(inspect.Id, null, []) : null;
        trace = JsonSerializer.Deserialize(await http.GetStringAsync(new Uri(path + "/trace", UriKind.Relative)), PastryJson.Default.FileTrace)!;
        Assert.Equal("cache", trace.Source);
    }

    [Fact]
    public async Task A_lookup_of_what_nobody_has_is_404_in_the_trace_too()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri($"/files/{new string('0', 40)}/trace", UriKind.Relative))).StatusCode);
    }

    public void Dispose() => _node.Dispose();

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string path, Action<HttpRequestMessage> with)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        with(request);
        return http.SendAsync(request);
    }

    private async Task<(HttpClient Http, string Path)> InsertAsync(string name = "a file")
    {
        (_, HttpClient http) = await _node.ServeAsync();
        return (http, $"/files/{(await _node.InsertAsync(_content, name)).File}");
    }
}
