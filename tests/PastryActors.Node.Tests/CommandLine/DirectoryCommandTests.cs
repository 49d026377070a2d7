using System.Text.Json;
using PastryActors.Core.Driving;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>pastry put -r and get -r, and what a file keeps beside its content.</summary>
public sealed class DirectoryCommandTests : CommandLineTest
{
    [Fact]
    public async Task A_directory_comes_back_with_its_empty_files_and_folders_and_modes()
    {
        await ServeAsync();
        string source = Path.Combine(_node.Folder, "tree");
        Directory.CreateDirectory(Path.Combine(source, "empty"));
        Directory.CreateDirectory(Path.Combine(source, "ünter"));
        await File.WriteAllBytesAsync(Path.Combine(source, "ünter", "a b"), TestNode.Bytes(2 * TestNode.Chunk));
        await File.WriteAllBytesAsync(Path.Combine(source, "none"), []);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(source, "none"), (UnixFileMode)0b111_101_000);

        Assert.Equal(0, await RunAsync("put", source, "-r", "--json", "--node", _url));
        JsonElement[] files = [.. Document().GetProperty("files").EnumerateArray()];
        Assert.Equal(3, files.Length);
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", files[^1].GetProperty("fileId").GetString()!, "-r", "-o", target, "--node", _url));
        Assert.True(Directory.Exists(Path.Combine(target, "empty")));
        Assert.Empty(await File.ReadAllBytesAsync(Path.Combine(target, "none")));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(source, "ünter", "a b")), await File.ReadAllBytesAsync(Path.Combine(target, "ünter", "a b")));
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(Path.Combine(target, "none")));
        Assert.Equal(0, await RunAsync("put", source, "-r", "--node", _url));
    }

    [Fact]
    public async Task A_directorys_links_come_back_as_links_and_those_that_lead_outside_do_not()
    {
        if (OperatingSystem.IsWindows()) return;
        await ServeAsync();
        string source = Directory.CreateDirectory(Path.Combine(_node.Folder, "tree")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "a"), [1]);
        File.CreateSymbolicLink(Path.Combine(source, "inside"), "a");
        File.CreateSymbolicLink(Path.Combine(source, "outside"), "/etc/passwd");
        Assert.Equal(0, await RunAsync("put", source, "-r", "--json", "--node", _url));
        Assert.Contains("outside is left out", _error.ToString(), StringComparison.Ordinal);
        string id = Document().GetProperty("files").EnumerateArray().Last().GetProperty("fileId").GetString()!;
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", id, "-r", "-o", target, "--node", _url));
        Assert.Equal(0, await RunAsync("get", id, "-r", "-o", target, "--node", _url));
        Assert.Equal("a", new FileInfo(Path.Combine(target, "inside")).LinkTarget);
        Assert.False(File.Exists(Path.Combine(target, "outside")));
    }

    [Fact]
    public async Task A_file_keeps_its_type_time_and_mode()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "page.html");
        await File.WriteAllBytesAsync(path, [1, 2]);
        var changed = new DateTime(2001, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, changed);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)0b111_101_000);
        Assert.Equal(0, await RunAsync("put", path, "--json", "--node", _url));
        string id = Document().GetProperty("files")[0].GetProperty("fileId").GetString()!;
        Assert.Equal(0, await RunAsync("info", id, "--json", "--node", _url));
        Assert.Equal("text/html", Document().GetProperty("contentType").GetString());
        Assert.Equal(changed, Document().GetProperty("modified").GetDateTimeOffset().UtcDateTime);

        string back = Path.Combine(_node.Folder, "back");
        Assert.Equal(0, await RunAsync("get", id, "-p", "-o", back, "--node", _url));
        Assert.Equal(changed, File.GetLastWriteTimeUtc(back));
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(back));
    }
}
