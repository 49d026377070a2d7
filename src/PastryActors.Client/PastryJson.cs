using System.Text.Json;
using System.Text.Json.Serialization;

namespace PastryActors.Client;

/// <summary>How the documents are written: camelCase, absent instead of null, generated at build time so that a node needs no reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FileMetadata))]
[JsonSerializable(typeof(FileReceipt))]
[JsonSerializable(typeof(FileDescription))]
[JsonSerializable(typeof(OwnedFiles))]
[JsonSerializable(typeof(UnfinishedFiles))]
[JsonSerializable(typeof(FileReclaimed))]
[JsonSerializable(typeof(OwnerAccount))]
[JsonSerializable(typeof(QuotaGrant))]
[JsonSerializable(typeof(UploadProgress))]
[JsonSerializable(typeof(PublishReceipt))]
[JsonSerializable(typeof(TopicEvent))]
[JsonSerializable(typeof(TopicList))]
[JsonSerializable(typeof(TopicTree))]
[JsonSerializable(typeof(AnycastReceipt))]
[JsonSerializable(typeof(TopicDefinition))]
[JsonSerializable(typeof(TopicCreated))]
[JsonSerializable(typeof(StreamReceipt))]
[JsonSerializable(typeof(ChannelEvent))]
[JsonSerializable(typeof(ChannelList))]
[JsonSerializable(typeof(RouteTrace))]
[JsonSerializable(typeof(RingWalk))]
[JsonSerializable(typeof(NodeDescription))]
[JsonSerializable(typeof(RepairDescription))]
[JsonSerializable(typeof(RepairOrder))]
[JsonSerializable(typeof(LogDescription))]
[JsonSerializable(typeof(LogOrder))]
[JsonSerializable(typeof(RingDiagnosis))]
[JsonSerializable(typeof(FileTrace))]
[JsonSerializable(typeof(MetricsHistory))]
[JsonSerializable(typeof(Problem))]
public sealed partial class PastryJson : JsonSerializerContext;
