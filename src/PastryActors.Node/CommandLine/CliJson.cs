using System.Text.Json;
using System.Text.Json.Serialization;
using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.CommandLine;

/// <summary>What "put" did.</summary>
public sealed record PutResult(IReadOnlyList<PutFile> Files);

/// <summary>One file that was put; <paramref name="Path"/> is where it came from, <paramref name="Link"/> what opens it if it is encrypted.</summary>
public sealed record PutFile(
    string Path, string Name, string FileId, long Size, int K, IReadOnlyList<ReplicaReceipt> Receipts, IReadOnlyList<string> Salts, double Seconds, string? Link = null);

/// <summary>What "get" did.</summary>
public sealed record GetResult(string FileId, string Path, long Size, long ResumedFrom, double Seconds);

/// <summary>What "cluster kill" and "cluster down" did.</summary>
public sealed record ClusterSignal(int? Index, int? Pid, int? Signal, int? Killed);

/// <summary>What "pub" did.</summary>
public sealed record PubResult(string Topic, IReadOnlyList<ulong> Sequences);

/// <summary>What "doctor" found. Healthy: nothing worse than "info".</summary>
public sealed record DoctorResult(bool Healthy, IReadOnlyList<Finding> Findings);

/// <summary>What "repair" says of each node asked.</summary>
public sealed record RepairResult(IReadOnlyList<RepairDescription> Nodes);

/// <summary>What "owner create" made.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo (DER), base64.</param>
/// <param name="Owner">SHA-256 of it, in hexadecimal.</param>
public sealed record OwnerKeyFile(string Path, string PublicKey, string Owner);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PutResult))]
[JsonSerializable(typeof(GetResult))]
[JsonSerializable(typeof(OwnerKeyFile))]
[JsonSerializable(typeof(ClusterSignal))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(PubResult))]
[JsonSerializable(typeof(TopView))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(RepairResult))]
[JsonSerializable(typeof(LogResult))]
internal sealed partial class CliJson : JsonSerializerContext;
