using System.Reflection;
using System.Security.Cryptography;

namespace PastryActors.Node.Dashboard;

/// <summary>One file of the dashboard.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Tag">Its entity tag, which follows from the content.</param>
internal sealed record DashboardFile(byte[] Content, string ContentType, string Tag);

/// <summary>The dashboard's files, which lie inside the program: a node serves them wherever it runs, and nothing else.</summary>
internal sealed class DashboardFiles
{
    private const string Prefix = "dashboard/";
    private static readonly Lazy<DashboardFiles> Embedded = new(() => new DashboardFiles());
    private readonly Dictionary<string, DashboardFile> _files = [];

    private DashboardFiles()
    {
        Assembly program = typeof(DashboardFiles).Assembly;
        foreach (string name in program.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream resource = program.GetManifestResourceStream(name)!;
            byte[] content = new byte[resource.Length];
            resource.ReadExactly(content);
            _files[name[Prefix.Length..]] = new DashboardFile(content, TypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"");
        }
    }

    /// <summary>The files of this program, read once a process.</summary>
    public static DashboardFiles Load() => Embedded.Value;

    /// <summary>A file by its name; null if there is none.</summary>
    public DashboardFile? Find(string name) => _files.GetValueOrDefault(name);

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"the dashboard has a file of a kind that is not known: {other}"),
    };
}
