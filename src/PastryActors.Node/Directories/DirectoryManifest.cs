using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PastryActors.Node.Directories;

/// <summary>One entry of a directory: a file that was inserted, or a directory (which is listed so that empty ones come back too).</summary>
/// <param name="Path">Relative, with slashes.</param>
/// <param name="FileId">Of a file; null for a directory.</param>
/// <param name="Size">In bytes; 0 for a directory.</param>
/// <param name="Mode">Unix permission bits; 0 where the system has none.</param>
/// <param name="Modified">When the content was last changed.</param>
public sealed record DirectoryEntry(string Path, string? FileId, long Size, int Mode, DateTimeOffset Modified);

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
            return [.. lines.Skip(1).Select(ReadEntry)];
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"the directory cannot be read: {damaged.Message}", damaged);
        }
    }

    private static DirectoryEntry ReadEntry(string line)
    {
        DirectoryEntry entry = JsonSerializer.Deserialize(line, ManifestJson.Default.DirectoryEntry) ?? throw new InvalidDataException("an entry of the directory is empty");
        if (SafePath.Problem(entry.Path) is { } problem) throw new InvalidDataException($"the directory names \"{entry.Path}\": {problem}");
        return entry;
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
