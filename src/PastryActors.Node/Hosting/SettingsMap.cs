using PastryActors.Hocon.Settings;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Workers;
using PastryActors.Past;
using PastryActors.Past.Holding;
using PastryActors.Pastry;
using PastryActors.Scribe;
using PastryActors.Scribe.Topics;
using PastryActors.Store;
using PastryActors.Store.Upkeep;
using PastryActors.Streams;
using PastryActors.Tcp;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>From the configuration's keys to the options of each part. A part knows nothing of files of configuration.</summary>
internal static class SettingsMap
{
    /// <summary>What an object's certificate may add to a chunk on the disk and on the wire.</summary>
    public const int CertificateBytesMax = 64 << 10;

    public static PastryOptions OverlayOf(NodeSettings settings) => new()
    {
        DigitBits = settings.Overlay.DigitBits,
        LeafSetSize = settings.Overlay.LeafSetSize,
        NeighbourhoodSize = settings.Overlay.NeighbourhoodSize,
        HeartbeatPeriod = settings.Overlay.HeartbeatPeriod,
        ProbeTimeout = settings.Overlay.ProbeTimeout,
        ProbeRetries = settings.Overlay.ProbeRetries,
        HopTimeoutMin = settings.Overlay.HopTimeoutMin,
        HopTimeoutMax = settings.Overlay.HopTimeoutMax,
        TableMaintenancePeriod = settings.Overlay.TableMaintenancePeriod,
        NeighbourhoodMaintenancePeriod = settings.Overlay.NeighbourhoodMaintenancePeriod,
        LeafSetMaintenancePeriod = settings.Overlay.LeafSetMaintenancePeriod,
        MergePeriod = settings.Overlay.MergePeriod,
        JoinTimeout = settings.Overlay.JoinTimeout,
        FoundAfter = settings.Overlay.FoundAfter,
        AwaitFormer = settings.Overlay.AwaitFormer,
    };

    /// <summary>What a record takes beside an object's content and that of its certificate: its header, names, keys and signatures.</summary>
    private const int ObjectOverheadBytes = 640;

    /// <param name="writableBytes">What the store gives to objects.</param>
    public static PastOptions PastOf(NodeSettings settings, long writableBytes) => new()
    {
        CapacityBytes = writableBytes,
        ObjectOverheadBytes = ObjectOverheadBytes,
        PrimaryShareMax = settings.Past.PrimaryShareMax,
        DivertedShareMax = settings.Past.DivertedShareMax,
        CachePolicy = settings.Past.CacheBytes > 0 ? CachePolicy.GreedyDualSize : CachePolicy.None,
        CacheBytesMax = settings.Past.CacheBytes,
        CacheLease = settings.Past.CacheLease,
        OvertakeShareMax = settings.Past.OvertakeShareMax,
        Replicas = settings.Past.Replicas,
        ChunkSizeBytes = settings.Past.ChunkBytes,
        AttemptTimeout = settings.Past.AttemptTimeout,
        SyncPeriod = settings.Past.SyncPeriod,
        SurplusDelay = settings.Past.SurplusDelay,
        RepairWindow = settings.Past.RepairWindow,
        RepairBytesPerSecond = settings.Past.RepairBytesPerSecond,
        Broker = settings.Past.Broker.Length > 0 ? PublicKeys.Parse(settings.Past.Broker) : default,
        OwnerQuotaBytes = settings.Past.OwnerQuotaBytes >= new PastSettings().OwnerQuotaBytes ? long.MaxValue : settings.Past.OwnerQuotaBytes,
        AuditPeriod = settings.Past.AuditPeriod,
    };

    public static ScribeOptions ScribeOf(NodeSettings settings) => new()
    {
        HeartbeatPeriod = settings.Scribe.HeartbeatPeriod,
        HeartbeatMisses = settings.Scribe.HeartbeatMisses,
        MaxChildren = settings.Scribe.MaxChildren,
        MaxEntries = settings.Scribe.MaxEntries,
        CollapseAfter = settings.Scribe.CollapseAfter,
        MaxTopics = settings.Scribe.MaxTopics,
        MaxMessageBytes = settings.Scribe.MaxMessageBytes,
        PublishTimeout = settings.Scribe.PublishTimeout,
        DefaultRetain = settings.Scribe.Retain == TopicRetain.Forever ? Retention.Forever : Retention.None,
        ChildWindowBytes = settings.Scribe.ChildWindowBytes,
        ChildLagMax = settings.Scribe.ChildLagMax,
        SegmentBytes = settings.Scribe.SegmentBytes,
        RootReplicas = settings.Scribe.RootReplicas,
        SignMessages = settings.Scribe.SignMessages,
    };

    public static StreamsOptions StreamsOf(NodeSettings settings) => new()
    {
        Offer = settings.Streams.Offer,
        Want = settings.Streams.Want,
        MaxChannels = settings.Streams.MaxChannels,
        BeatPeriod = settings.Streams.BeatPeriod,
        Patience = settings.Streams.Patience,
        ChildWindowBytes = settings.Streams.ChildWindowBytes,
        PublishBytesPerSecond = settings.Streams.PublishBytesPerSecond,
    };

    public static FileTransferOptions TransferOf(NodeSettings settings) => new()
    {
        ChunkSizeBytes = settings.Past.ChunkBytes,
        Window = settings.Past.TransferWindow,
        RequestTimeout = settings.Past.RequestTimeout,
        CodedCheckPeriod = settings.Past.CodedCheckPeriod,
        Replicas = settings.Past.Replicas,
    };

    public static RequestTableOptions RequestsOf(NodeSettings settings) => new() { SubscriptionQueue = settings.Scribe.SubscriberQueue };

    public static CaretakerOptions CaretakerOf(NodeSettings settings) => new() { ScrubPeriod = settings.Past.ScrubPeriod };

    public static StoreOptions StoreOf(NodeSettings settings, NodeFolder folder) => new()
    {
        Folder = folder.StoreFolder,
        CapacityBytes = settings.Past.CapacityBytes,
        VolumeBytes = settings.Past.VolumeBytes,
        ObjectBytesMax = settings.Past.ChunkBytes + CertificateBytesMax,
    };

    public static TcpOptions TcpOf(NodeSettings settings) => new()
    {
        ListenAddress = settings.Overlay.Listen,
        AdvertisedAddress = settings.Overlay.Advertise.Length > 0 ? settings.Overlay.Advertise : null,
        Tls = settings.Tcp.Tls,
        MessageBytesMax = settings.Tcp.MaxMessageBytes,
        ContentBytesMax = settings.Tcp.MaxFrameBytes - CertificateBytesMax,
        ControlQueueMessages = settings.Tcp.SendQueueMessages,
        BulkQueueMessages = settings.Tcp.SendQueueMessages,
        QueueContentBytes = settings.Tcp.SendQueueBytes,
        ConnectTimeout = settings.Tcp.ConnectTimeout,
        HandshakeTimeout = settings.Tcp.HandshakeTimeout,
        BackOffMin = settings.Tcp.ReconnectBackoffMin,
        BackOffMax = settings.Tcp.ReconnectBackoffMax,
        IdleTimeout = settings.Tcp.IdleTimeout,
        ConnectionsMax = settings.Tcp.MaxConnections,
        MailboxCapacity = settings.Tcp.Mailbox,
    };
}
