using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PastryActors.Node.Directories;

/// <summary>
/// A directory as an immutable file of its own: lines of JSON, a header and then one entry a line in order of path. Its media type is
/// application/vnd.pastry.directory (docs/operations.md).
/// </summary>
public static class DirectoryManifest
{
    /// <summary>The media type by which a directory is told from other files.</summary>
    public const string MediaType = "application/vnd.pastry.directory";

    private const int Version = 1;

    /// <summary>The manifest of the entries.</summary>
    public static byte[] Write(IEnumerable<DirectoryEntry> entries)
    {
        var text = new MemoryStream();
        WriteLine(text, JsonSerializer.SerializeToUtf8Bytes(new ManifestHeader(Version), ManifestJson.Default.ManifestHeader));
        foreach (DirectoryEntry entry in entries.OrderBy(e => e.Path, StringComparer.Ordinal))
            WriteLine(text, JsonSerializer.SerializeToUtf8Bytes(entry, ManifestJson.Default.DirectoryEntry));
        return text.ToArray();
    }

    /// <summary>Reads a manifest. Throws <see cref="InvalidDataException"/> for anything that is none, or that names a path outside the directory.</summary>
    public static IReadOnlyList<DirectoryEntry> Read(byte[] manifest)
    {
        string[] lines = Encoding.UTF8.GetString(manifest).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            if (lines.Length == 0 || JsonSerializer.Deserialize(lines[0], ManifestJson.Default.ManifestHeader) is not { PastryDirectory: Version })
                throw new InvalidDataException($"this is not a directory of version {Version}");
            return Checked([.. lines.Skip(1).Select(ReadEntry)]);
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"the directory cannot be read: {damaged.Message}", damaged);
        }
    }

    private static DirectoryEntry ReadEntry(string line)
    {
        DirectoryEntry entry = JsonSerializer.Deserialize(line, ManifestJson.Default.DirectoryEntry) ?? throw new InvalidDataException("an entry of the directory is empty");
        string? problem = SafePath.Problem(entry.Path) ?? (entry.Link is null ? null : SafePath.LinkProblem(entry.Path, entry.Link));
        if (entry is { FileId: not null, Link: not null }) problem ??= "it is a file and a link";
        if (problem is not null) throw new InvalidDataException($"the directory names \"{entry.Path}\": {problem}");
        return entry;
    }

    // Whoever restores entries one by one must never write through one of them: nothing lies below a link or a file, and nothing is there twice.
    private static DirectoryEntry[] Checked(DirectoryEntry[] entries)
    {
        var folders = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (DirectoryEntry entry in entries)
        {
            if (!folders.TryAdd(entry.Path, entry.IsFolder)) throw new InvalidDataException($"the directory names \"{entry.Path}\" twice");
        }

        foreach (DirectoryEntry entry in entries)
        {
            for (int end = entry.Path.LastIndexOf('/'); end > 0; end = entry.Path.LastIndexOf('/', end - 1))
            {
                if (folders.TryGetValue(entry.Path[..end], out bool isFolder) && !isFolder)
                    throw new InvalidDataException($"the directory names \"{entry.Path}\" below \"{entry.Path[..end]}\", which is no folder");
            }
        }

        return entries;
    }

    private static void WriteLine(MemoryStream text, byte[] line)
    {
        text.Write(line);
        text.WriteByte((byte)'\n');
    }
}

internal sealed record ManifestHeader(int PastryDirectory);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ManifestHeader))]
[JsonSerializable(typeof(DirectoryEntry))]
internal sealed partial class ManifestJson : JsonSerializerContext;
