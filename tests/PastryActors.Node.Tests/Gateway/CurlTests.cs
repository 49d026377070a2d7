using System.Diagnostics;
using PastryActors.Client;
using PastryActors.Node.Tests.Fakes;
using Xunit.Abstractions;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>
/// The gateway with clients that others wrote. Where curl or wget is not installed, the test says that it tested nothing; what they do is
/// tested with .NET's client too (<see cref="HttpConformanceTests"/>, <see cref="FileGatewayTests"/>).
/// </summary>
public sealed class CurlTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestNode _node = new();
    private readonly byte[] _content = TestNode.Bytes((5 * TestNode.Chunk) + 3);

    [Fact]
    public async Task Curl_uploads_with_a_length_in_chunks_and_after_a_continue()
    {
        if (!Installed("curl")) return;
        (Uri url, string file) = await ServeAsync();
        string receipt = await RunAsync("curl", "-sS", "--fail", "-T", file, $"{url}files/a.bin");
        Assert.Contains("\"fileId\"", receipt, StringComparison.Ordinal);
        Assert.Contains("\"fileId\"", await RunAsync("curl", "-sS", "--fail", "-T", file, "-H", "Transfer-Encoding: chunked", $"{url}files/b.bin"), StringComparison.Ordinal);
        string verbose = await RunAsync("curl", "-sSv", "--fail", "-T", file, "-H", "Expect: 100-continue", $"{url}files/c.bin");
        Assert.Contains("100 Continue", verbose, StringComparison.Ordinal);
        Assert.Contains("201 Created", verbose, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_downloads_resumes_asks_for_ranges_and_for_what_changed()
    {
        if (!Installed("curl")) return;
        (Uri url, _) = await ServeAsync();
        string path = $"{url}files/{(await _node.InsertAsync(_content, "dir/report 1.pdf")).File}";
        string back = Path.Combine(_node.Folder, "back");
        await RunAsync("curl", "-sS", "--fail", "-o", back, path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(back));
        await File.WriteAllBytesAsync(back, _content[..100_001]);
        await RunAsync("curl", "-sS", "--fail", "-C", "-", "-o", back, path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(back));
        await RunAsync("curl", "-sS", "--fail", "-r", "70000-70099", "-o", back, path);
        Assert.Equal(_content[70_000..70_100], await File.ReadAllBytesAsync(back));
        Assert.Contains("multipart/byteranges", await RunAsync("curl", "-sS", "--fail", "-r", "0-1,5-6", "-D", "-", "-o", back, path), StringComparison.OrdinalIgnoreCase);

        string head = await RunAsync("curl", "-sS", "--fail", "-I", path);
        Assert.Contains($"Content-Length: {_content.Length}", head, StringComparison.OrdinalIgnoreCase);
        string tag = head.Split("ETag: ")[1].Split('\r')[0];
        Assert.Equal("304", await RunAsync("curl", "-sS", "-o", back, "-w", "%{http_code}", "-H", $"If-None-Match: {tag}", path));
        Directory.CreateDirectory(Path.Combine(_node.Folder, "named"));
        await RunAsync("curl", "-sS", "--fail", "-OJ", "--output-dir", Path.Combine(_node.Folder, "named"), path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(_node.Folder, "named")).Single()));
    }

    [Fact]
    public async Task Curl_publishes()
    {
        if (!Installed("curl")) return;
        (Uri url, _) = await ServeAsync();
        Assert.Equal("{\"sequence\":1}", await RunAsync("curl", "-sS", "--fail", "-d", "hello", $"{url}topics/news"));
    }

    [Fact]
    public async Task Wget_downloads_and_resumes()
    {
        if (!Installed("wget")) return;
        (Uri url, _) = await ServeAsync();
        string path = $"{url}files/{(await _node.InsertAsync(_content)).File}";
        string back = Path.Combine(_node.Folder, "back");
        await File.WriteAllBytesAsync(back, _content[..70_000]);
        await RunAsync("wget", "-q", "-c", "-O", back, path);
        Assert.Equal(_content, await File.ReadAllBytesAsync(back));
    }

    public void Dispose() => _node.Dispose();

    private bool Installed(string program)
    {
        bool there = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
        if (!there) output.WriteLine($"NOTHING WAS TESTED: {program} is not installed here");
        return there;
    }

    private async Task<(Uri Url, string File)> ServeAsync()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        string file = Path.Combine(_node.Folder, "content");
        await File.WriteAllBytesAsync(file, _content);
        return (client.Node, file);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["no_proxy"] = "*";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestNode.Deadline);
        string said = await process.StandardOutput.ReadToEndAsync(TestNode.Deadline) + await error;
        await process.WaitForExitAsync(TestNode.Deadline);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}: {said}");
        return said;
    }
}
