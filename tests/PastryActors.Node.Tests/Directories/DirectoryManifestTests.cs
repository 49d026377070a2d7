using System.Text;
using PastryActors.Node.Directories;

namespace PastryActors.Node.Tests.Directories;

public sealed class DirectoryManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-test-").FullName;

    [Fact]
    public void Entries_come_back_as_they_were()
    {
        DirectoryEntry[] entries = [new("a/b ü\u2028", new string('0', 40), 5, 0x1A4, DateTimeOffset.UnixEpoch), new("a", null, 0, 0x1ED, DateTimeOffset.UnixEpoch)];
        Assert.Equal(entries.OrderBy(e => e.Path, StringComparer.Ordinal), DirectoryManifest.Read(DirectoryManifest.Write(entries)));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    public void A_path_that_leads_elsewhere_is_refused(string path)
    {
        byte[] manifest = DirectoryManifest.Write([new DirectoryEntry(path, null, 0, 0, default)]);
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(manifest));
        Assert.Throws<InvalidDataException>(() => SafePath.Prepare(_folder, path));
    }

    [Fact]
    public void A_symbolic_link_on_the_way_is_not_followed()
    {
        if (OperatingSystem.IsWindows()) return;
        string outside = Directory.CreateDirectory(Path.Combine(_folder, "outside")).FullName;
        string target = Directory.CreateDirectory(Path.Combine(_folder, "target")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(target, "way"), outside);
        File.CreateSymbolicLink(Path.Combine(target, "file"), Path.Combine(outside, "x"));
        Assert.Throws<InvalidDataException>(() => SafePath.Prepare(target, "way/x"));
        Assert.Throws<InvalidDataException>(() => SafePath.Prepare(target, "file"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"pastryDirectory\":2}")]
    [InlineData("{\"pastryDirectory\":1}\nnull")]
    [InlineData("{\"pastryDirectory\":1}\n{\"path\":")]
    [InlineData("\u0000\u0001")]
    public void What_is_no_directory_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(Encoding.UTF8.GetBytes(text)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
