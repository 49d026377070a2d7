using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Client;
using PastryActors.Node.Tests.Fakes;
using Xunit.Abstractions;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>
/// The program's gateway with clients that others wrote: curl, wget and wrk. Where one of them is not installed, its tests say that they tested
/// nothing; what they do is tested with .NET's client too (<see cref="HttpConformanceTests"/>, <see cref="FileGatewayTests"/>). wrk runs for
/// PASTRY_WRK_SECONDS.
/// </summary>
public sealed class OtherClientsTests : IClassFixture<NodeProcess>, IDisposable
{
    // Five chunks and a little: ranges, and what is resumed, cross from one into the next.
    private const int Size = (5 << 20) + 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-clients-").FullName;
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(Size);
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));
    private readonly ITestOutputHelper _output;
    private readonly NodeProcess _node;
    private readonly PastryClient _client;
    private readonly string _back;

    public OtherClientsTests(NodeProcess node, ITestOutputHelper output) => (_node, _output, _client, _back) = (node, output, node.MakeClient(), Path.Combine(_folder, "back"));

    [Theory]
    [InlineData("with a length", "-H", "Expect:")]
    [InlineData("in chunks", "-H", "Expect:", "-H", "Transfer-Encoding: chunked")]
    [InlineData("after a continue", "-H", "Expect: 100-continue")]
    public async Task Curl_uploads(string name, params string[] how)
    {
        if (!Installed("curl")) return;
        string file = Path.Combine(_folder, "content");
        await File.WriteAllBytesAsync(file, _content);
        string said = await CurlAsync(["-v", "-T", file, .. how, $"{_node.Url}files/{Uri.EscapeDataString(name)}"]);
        Assert.Contains("HTTP/1.1 201 Created", said, StringComparison.Ordinal);
        Assert.Equal(how.Contains("Expect: 100-continue"), said.Contains("HTTP/1.1 100 Continue", StringComparison.Ordinal));
        OwnedFile stored = (await _client.Past.ListAsync(_deadline.Token)).Files.Single(f => f.Name == name && f.Size == Size);
        await CurlAsync("-o", _back, $"{_node.Url}files/{stored.FileId}");
        Assert.Equal(_content, await File.ReadAllBytesAsync(_back));
    }

    [Fact]
    public async Task Curl_is_told_at_once_that_an_upload_is_too_large_before_it_sends_any()
    {
        if (!Installed("curl")) return;
        string said = await CurlAsync("-v", "-o", _back, "-X", "PUT", "-H", "Expect: 100-continue", "-H", "Content-Length: 99999999999999", "--data-binary", "@/dev/null", "--max-time", "20", $"{_node.Url}files/huge");
        Assert.Contains("HTTP/1.1 413", said, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0-0", 0, 1)]
    [InlineData("1048570-1048579", 1048570, 1048580)]
    [InlineData("5242880-", 5242880, Size)]
    [InlineData("-7", Size - 7, Size)]
    [InlineData("5242000-99999999", 5242000, Size)]
    public async Task Curl_gets_a_range(string range, int from, int to)
    {
        if (!Installed("curl")) return;
        string head = await CurlAsync("-D", "-", "-r", range, "-o", _back, await InsertAsync());
        Assert.Contains("HTTP/1.1 206", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Range: bytes {from}-{to - 1}/{Size}", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(_content[from..to], await File.ReadAllBytesAsync(_back));
    }

    [Fact]
    public async Task Curl_gets_several_ranges_and_is_refused_one_beyond_the_end()
    {
        if (!Installed("curl")) return;
        string path = await InsertAsync();
        string head = await CurlAsync("-D", "-", "-r", "0-1,1048575-1048577", "-o", _back, path);
        string boundary = head.Split("multipart/byteranges; boundary=")[1].Split('\r')[0];
        string body = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_back));
        string[] parts = body.Split("--" + boundary);
        Assert.EndsWith("\r\n\r\n" + Encoding.Latin1.GetString(_content[..2]) + "\r\n", parts[1], StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Encoding.Latin1.GetString(_content[1048575..1048578]) + "\r\n", parts[2], StringComparison.Ordinal);
        Assert.Equal("--\r\n", parts[3]);
        Assert.Equal("416", await StatusAsync("-r", "99999999-", path));
    }

    [Fact]
    public async Task Curl_asks_for_the_head_and_for_what_changed()
    {
        if (!Installed("curl")) return;
        string path = await InsertAsync();
        string head = await CurlAsync("-I", path);
        Assert.Contains($"Content-Length: {Size}", head, StringComparison.OrdinalIgnoreCase);
        string tag = head.Split("ETag: ")[1].Split('\r')[0];
        Assert.Equal("304", await StatusAsync("-H", $"If-None-Match: {tag}", path));
        Assert.Equal("304", await StatusAsync("-H", $"If-None-Match: \"other\", W/{tag}", path));
        Assert.Equal("200", await StatusAsync("-H", "If-None-Match: \"other\"", path));
        Assert.Equal("206", await StatusAsync("-r", "0-9", "-H", $"If-Range: {tag}", path));
        Assert.Equal("200", await StatusAsync("-r", "0-9", "-H", "If-Range: \"other\"", path));
        Assert.Equal("412", await StatusAsync("-H", "If-Match: \"other\"", path));
        Assert.Equal("404", await StatusAsync($"{_node.Url}files/{new string('0', 40)}"));
        Assert.Equal("405", await StatusAsync("-X", "PATCH", path));
    }

    [Fact]
    public async Task Curl_resumes_and_saves_under_the_files_name()
    {
        if (!Installed("curl")) return;
        string path = await InsertAsync("dir/report 1.pdf");
        await File.WriteAllBytesAsync(_back, _content[..1_048_577]);
        await CurlAsync("-C", "-", "-o", _back, path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_back));
        string named = Directory.CreateDirectory(Path.Combine(_folder, "named")).FullName;
        await CurlAsync("-OJ", "--output-dir", named, path);
        Assert.Equal("report 1.pdf", Path.GetFileName(Assert.Single(Directory.GetFiles(named))));
    }

    [Fact]
    public async Task Wget_downloads_resumes_and_takes_the_time()
    {
        if (!Installed("wget")) return;
        string path = await InsertAsync();
        await RunAsync("wget", "-q", "-O", _back, path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_back));
        await File.WriteAllBytesAsync(_back, _content[..3_000_000]);
        string said = await RunAsync("wget", "-S", "-c", "-O", _back, path);
        Assert.Contains("206 Partial Content", said, StringComparison.Ordinal);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_back));
        // What is whole already is not fetched again.
        Assert.Contains("416", await RunAsync("wget", "-S", "-c", "-O", _back, path), StringComparison.Ordinal);
        Assert.Contains("200 OK", await RunAsync("wget", "-S", "--spider", path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_publishes_and_subscribes()
    {
        if (!Installed("curl")) return;
        string topic = $"{_node.Url}topics/curl";
        Assert.Equal("{\"sequence\":1}", await CurlAsync("-d", "hello", topic));
        // It reads until its time is over, which is how a subscription is read with curl.
        string events = await RunAsync("curl", 28, "-sSN", "--max-time", "2", $"{topic}?from=1");
        Assert.Contains("event: message\nid: 1\n", events, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("files")]
    [InlineData("status")]
    public async Task Wrk_finds_no_error(string what)
    {
        if (!Installed("wrk")) return;
        string seconds = Environment.GetEnvironmentVariable("PASTRY_WRK_SECONDS") ?? "5";
        FileReceipt small = await _client.Past.InsertAsync($"wrk {what}", new MemoryStream(_content, 0, 16_384), k: 1, progress: null, _deadline.Token);
        string path = what == "files" ? $"{_node.Url}files/{small.FileId}" : $"{_node.Url}{what}";
        string said = await RunAsync("wrk", "-t", "2", "-c", "64", "-d", $"{seconds}s", "--latency", path);
        _output.WriteLine(said);
        // It says nothing of errors where there were none.
        Assert.DoesNotContain("Socket errors", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Non-2xx", said, StringComparison.Ordinal);
        Assert.True(double.Parse(said.Split("Requests/sec:")[1].Split('\n')[0], CultureInfo.InvariantCulture) > 1, said);
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Installed(string program)
    {
        bool there = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
        if (!there) _output.WriteLine($"NOTHING WAS TESTED: {program} is not installed here");
        return there;
    }

    private async Task<string> InsertAsync(string name = "a file") =>
        $"{_node.Url}files/{(await _client.Past.InsertAsync(name, new MemoryStream(_content), k: 1, progress: null, _deadline.Token)).FileId}";

    private Task<string> CurlAsync(params string[] arguments) => RunAsync("curl", ["-sS", .. arguments]);

    private Task<string> StatusAsync(params string[] arguments) => CurlAsync(["-o", _back, "-w", "%{http_code}", .. arguments]);

    private Task<string> RunAsync(string program, params string[] arguments) => RunAsync(program, 0, arguments);

    private async Task<string> RunAsync(string program, int code, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["no_proxy"] = "*" } };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(_deadline.Token);
        string said = await process.StandardOutput.ReadToEndAsync(_deadline.Token) + await error;
        await process.WaitForExitAsync(_deadline.Token);
        Assert.True(process.ExitCode == code, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}: {said}");
        return said;
    }
}
