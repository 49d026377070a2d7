using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace PastryActors.Client.Tests.Packaging;

/// <summary>What dotnet pack makes of the library.</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_package_has_all_that_a_reader_of_a_gallery_looks_for()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pastry-pack-");
        try
        {
            await PackAsync(folder.FullName);
            string package = Assert.Single(Directory.GetFiles(folder.FullName, "PastryActors.Client.*.nupkg"));
            using ZipArchive files = ZipFile.OpenRead(package);
            string[] names = [.. files.Entries.Select(e => e.FullName)];
            Assert.Contains("README.md", names);
            Assert.Contains("lib/net10.0/PastryActors.Client.dll", names);
            Assert.Contains("lib/net10.0/PastryActors.Client.xml", names);
            using ZipArchive symbols = ZipFile.OpenRead(Path.ChangeExtension(package, ".snupkg"));
            Assert.Contains("lib/net10.0/PastryActors.Client.pdb", symbols.Entries.Select(e => e.FullName));

            XElement metadata = (await XDocument.LoadAsync(files.GetEntry("PastryActors.Client.nuspec")!.Open(), LoadOptions.None, default)).Root!.Elements().First();
            string? Said(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value;
            Assert.Equal("README.md", Said("readme"));
            Assert.Equal("MIT", Said("license"));
            Assert.NotEmpty(Said("description")!);
            Assert.NotEmpty(Said("tags")!);
            string[] needs = [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value)];
            Assert.Equal(["Microsoft.Extensions.DependencyInjection.Abstractions"], needs);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PackAsync(string output)
    {
        var start = new ProcessStartInfo("dotnet", ["pack", Folders.ClientProject, "--no-build", "-c", Folders.Configuration, "-o", output, "--nologo", "-v", "q"]) { RedirectStandardOutput = true };
        // A test host's own build settings are not this build's.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        using Process pack = Process.Start(start)!;
        string said = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync(new CancellationTokenSource(Deadline).Token);
        Assert.True(pack.ExitCode == 0, said);
    }
}
