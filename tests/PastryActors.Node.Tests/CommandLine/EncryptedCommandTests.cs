using System.Text.Json;
using PastryActors.Core.Driving;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>pastry put --encrypt, and its links.</summary>
public sealed class EncryptedCommandTests : CommandLineTest
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData((5 * TestNode.Chunk) + 1, TestNode.Chunk)]
    public async Task What_is_put_encrypted_is_got_back_by_its_link_alone(int size, int resumed)
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content");
        byte[] content = TestNode.Bytes(size);
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--encrypt", "--json", "--node", _url));
        JsonElement put = Document().GetProperty("files")[0];
        string link = put.GetProperty("link").GetString()!;
        Assert.Equal(size, put.GetProperty("size").GetInt64());

        string back = Path.Combine(_node.Folder, "back");
        await File.WriteAllBytesAsync(back + ".part", content[..(size / 2)]);
        Assert.Equal(0, await RunAsync("get", link, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(resumed, Document().GetProperty("resumedFrom").GetInt64());
        Assert.Equal(0, await RunAsync("info", link, "--node", _url));
        Assert.All(_node.Ring.Objects.Values.Where(o => o.Certificate.Name.Length > 0), o => Assert.Equal("encrypted", o.Certificate.Name));
        Assert.Equal(1, await RunAsync("get", put.GetProperty("fileId").GetString() + "#" + PastryActors.Client.FileKey.Create().ToText(), "--node", _url));
        Assert.Contains("wrong-key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_of_an_encrypted_file_is_that_range_of_its_content()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content");
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--encrypt", "--json", "--node", _url));
        string link = Document().GetProperty("files")[0].GetProperty("link").GetString()!;
        Assert.Equal(0, await RunAsync("get", link, "--range", "70000-80000", "--node", _url));
        Assert.Equal(content[70000..80001], _raw.ToArray());
    }

    [Fact]
    public async Task An_encrypted_directory_tells_the_ring_no_names_and_one_link_opens_all()
    {
        await ServeAsync();
        string source = Directory.CreateDirectory(Path.Combine(_node.Folder, "tree", "secret")).Parent!.FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "secret", "plan"), [1, 2, 3]);
        Assert.Equal(0, await RunAsync("put", source, "-r", "--encrypt", "--json", "--node", _url));
        JsonElement directory = Document().GetProperty("files").EnumerateArray().Last();
        string link = directory.GetProperty("link").GetString()!;
        Assert.All(_node.Ring.Objects.Values, o => Assert.Equal(-1, ((Core.Content.MemoryContent)o.Content).Bytes.Span.IndexOf("plan"u8)));
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", link, "-r", "-o", target, "--node", _url));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(target, "secret", "plan")));
        Assert.Equal(1, await RunAsync("get", directory.GetProperty("fileId").GetString()!, "-r", "-o", target, "--node", _url));
        Assert.Contains("key-needed", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_of_ones_own_an_encrypted_put_is_the_same_file_again()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content"), key = Path.Combine(_node.Folder, "key");
        await File.WriteAllBytesAsync(path, TestNode.Bytes(1000));
        Assert.Equal(0, await RunAsync("put", path, "--key-file", key, "--node", _url));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(1, await RunAsync("put", path, "--key-file", key, "--node", _url));
        Assert.Contains("exists", _error.ToString(), StringComparison.Ordinal);
    }
}
