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

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a/b", "../c/d")]
    [InlineData("a/b/c", "../..")]
    [InlineData("a/b", "c")]
    public void A_link_to_somewhere_inside_is_kept(string path, string target)
    {
        DirectoryEntry[] entries = [new(path, null, 0, 0, DateTimeOffset.UnixEpoch, Link: target)];
        Assert.Equal(entries, DirectoryManifest.Read(DirectoryManifest.Write(entries)));
        if (OperatingSystem.IsWindows()) return;
        SafePath.MakeLink(_folder, path, target);
        SafePath.MakeLink(_folder, path, target);
        Assert.Equal(target, new FileInfo(Path.Combine(_folder, path)).LinkTarget);
    }

    [Theory]
    [InlineData("a", "/etc/passwd")]
    [InlineData("a", "..")]
    [InlineData("a/b", "../../c")]
    [InlineData("a/b", "c/../../..")]
    [InlineData("a/b/c", "d/..")]
    [InlineData("a", "")]
    [InlineData("a", "./b")]
    public void A_link_that_leads_or_may_lead_outside_is_refused(string path, string target)
    {
        byte[] manifest = DirectoryManifest.Write([new DirectoryEntry(path, null, 0, 0, default, Link: target)]);
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(manifest));
        Assert.Throws<InvalidDataException>(() => SafePath.MakeLink(_folder, path, target));
    }

    [Fact]
    public void Nothing_lies_below_a_link_or_a_file_or_twice()
    {
        string id = new('0', 40);
        var link = new DirectoryEntry("a", null, 0, 0, default, Link: "b");
        var file = new DirectoryEntry("a", id, 0, 0, default);
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(DirectoryManifest.Write([link, new DirectoryEntry("a/x", id, 0, 0, default)])));
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(DirectoryManifest.Write([file, new DirectoryEntry("a/b/x", id, 0, 0, default)])));
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(DirectoryManifest.Write([link, file])));
        Assert.Throws<InvalidDataException>(() => DirectoryManifest.Read(DirectoryManifest.Write([file with { Link = "b" }])));
    }

    [Fact]
    public void A_scan_lists_links_and_looks_at_nothing_behind_them()
    {
        if (OperatingSystem.IsWindows()) return;
        string outside = Directory.CreateDirectory(Path.Combine(_folder, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "x");
        string tree = Directory.CreateDirectory(Path.Combine(_folder, "tree", "sub")).Parent!.FullName;
        File.WriteAllText(Path.Combine(tree, "sub", "file"), "x");
        Directory.CreateSymbolicLink(Path.Combine(tree, "out"), outside);
        File.CreateSymbolicLink(Path.Combine(tree, "in"), "sub/file");
        Assert.Equal([("in", "sub/file"), ("out", outside), ("sub", null), ("sub/file", null)], DirectoryScan.Run(tree).Select(e => (e.Path, e.Link)));
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
