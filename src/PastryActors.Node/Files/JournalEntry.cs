using System.Text.Json;
using System.Text.Json.Serialization;

namespace PastryActors.Node.Files;

/// <summary>One line of an owner's journal.</summary>
/// <param name="Op">"insert" or "reclaim"; of a put that has not ended, "begin".</param>
/// <param name="UnixMilliseconds">When, by the clock of the process that wrote it.</param>
public sealed record JournalEntry(string Op, string FileId, long UnixMilliseconds, string Name = "", long Size = 0, int K = 0)
{
    /// <summary>Whether the entry says that the file was acknowledged.</summary>
    [JsonIgnore]
    public bool Inserted => Op == "insert";

    /// <summary>Null if the line is no entry: torn by a crash, or damaged.</summary>
    internal static JournalEntry? TryParse(ReadOnlySpan<char> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry) is { FileId: not null } entry ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
