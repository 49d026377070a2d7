using System.Text.Json;
using System.Text.Json.Serialization;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Cluster;

/// <summary>A local cluster as its state folder remembers it.</summary>
/// <param name="Config">The configuration that every node starts from.</param>
/// <param name="Overrides">Settings of every node, as key=value.</param>
/// <param name="Nodes">By index.</param>
public sealed record ClusterState(string Config, IReadOnlyList<string> Overrides, IReadOnlyList<ClusterNode> Nodes)
{
    /// <summary>What runs its nodes: all the same, since a ring is of one engine.</summary>
    public EngineChoice Engine { get; init; } = EngineChoice.Tcp;

    /// <summary>This state with another node of the same index, or one more.</summary>
    public ClusterState With(ClusterNode node) =>
        this with { Nodes = [.. Nodes.Where(n => n.Index != node.Index).Append(node).OrderBy(n => n.Index)] };

    /// <summary>This state with a configuration, and with settings that take the place of those of the same key.</summary>
    public ClusterState With(string config, IReadOnlyList<string> overrides)
    {
        HashSet<string> named = [.. overrides.Select(KeyOf)];
        return this with { Config = config, Overrides = [.. Overrides.Where(o => !named.Contains(KeyOf(o))), .. overrides] };
    }

    // "pastry.past.capacity=1GiB" and "past.capacity = 1GiB" set the same.
    private static string KeyOf(string setting)
    {
        string key = setting.Split('=', 2)[0].Trim();
        return key.StartsWith("pastry.", StringComparison.Ordinal) ? key["pastry.".Length..] : key;
    }
}

/// <summary>One node of a local cluster.</summary>
/// <param name="Pid">Its process; 0 if it was stopped on purpose.</param>
/// <param name="Stamp">When that process started, as the system tells it: another process that got the same pid has another.</param>
/// <param name="Overlay">host:port of the overlay.</param>
/// <param name="Http">URL of the gateway.</param>
public sealed record ClusterNode(int Index, int Pid, long Stamp, string Overlay, string Http)
{
    /// <summary>Whether the very process still runs.</summary>
    [JsonIgnore]
    public bool Alive => ProcessStamp.IsAlive(Pid, Stamp);
}

/// <summary>The state folder of a local cluster: cluster.json, node-N/, owner.key.</summary>
public sealed class ClusterFolder(string path)
{
    /// <summary>The folder, as an absolute path.</summary>
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>The file that remembers the nodes.</summary>
    public string StateFile => Path.Combine(FullPath, "cluster.json");

    /// <summary>The key that all nodes insert with.</summary>
    public string OwnerKeyFile => Path.Combine(FullPath, "owner.key");

    /// <summary>The folder of one node.</summary>
    public string NodeFolder(int index) => Path.Combine(FullPath, $"node-{index}");

    /// <summary>What one node wrote to its output.</summary>
    public string LogFile(int index) => Path.Combine(NodeFolder(index), "log");

    /// <summary>The state; null where there is no cluster. Throws <see cref="InvalidDataException"/> for a file that cannot be read.</summary>
    public ClusterState? Read()
    {
        if (!File.Exists(StateFile)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(StateFile), ClusterJson.Default.ClusterState) is { Nodes: not null, Overrides: not null, Config: not null } state
                ? state
                : throw new InvalidDataException($"{StateFile} names no nodes");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{StateFile} cannot be read: {damaged.Message}", damaged);
        }
    }

    /// <summary>Writes the state in one step: whoever reads sees the old or the new, never half of one.</summary>
    public void Write(ClusterState state)
    {
        Directory.CreateDirectory(FullPath);
        string draft = StateFile + ".draft";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(state, ClusterJson.Default.ClusterState));
        File.Move(draft, StateFile, overwrite: true);
    }

    /// <summary>Forgets the state; the nodes' folders stay, and with them the files.</summary>
    public void Forget() => File.Delete(StateFile);

    /// <summary>Keeps others from changing the cluster at the same time. Throws <see cref="IOException"/> if someone does.</summary>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(FullPath);
        return new FileStream(Path.Combine(FullPath, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClusterState))]
[JsonSerializable(typeof(ClusterStatus))]
internal sealed partial class ClusterJson : JsonSerializerContext;
