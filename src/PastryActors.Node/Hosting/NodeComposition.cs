using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Hocon.Settings;
using PastryActors.Node.Files;
using PastryActors.Node.Logging;
using PastryActors.Node.Workers;
using PastryActors.Past;
using PastryActors.Past.Messages;
using PastryActors.Pastry;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Scribe;
using PastryActors.Scribe.Messages;
using PastryActors.Store;
using PastryActors.Streams;
using PastryActors.Streams.Messages;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>Puts store, core, transport and applications together. Which engine it is, only <see cref="Engines"/> knows.</summary>
internal static class NodeComposition
{
    /// <summary>Every kind of message that a node of this program speaks.</summary>
    public static WireCodec Codec { get; } = new([.. PastryWire.Kinds, .. PastKinds.All, .. ScribeMessages.Kinds, .. StreamsMessages.Kinds]);

    /// <summary>Starts a node as the settings say.</summary>
    public static Task<StartedNode> StartAsync(NodeSettings settings, ECDsa owner, ILoggerFactory logs, CancellationToken cancellation) =>
        StartAsync(settings, owner, logs, [], cancellation);

    /// <summary>Starts a node as the settings say, with applications of an app's own on it, by the numbers of their names.</summary>
    public static async Task<StartedNode> StartAsync(
        NodeSettings settings, ECDsa owner, ILoggerFactory logs, IReadOnlyCollection<KeyValuePair<uint, IPastryApplication>> applications, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = new NodeFolder(settings.Node.Dir);
        NodeKey key = NodeKey.LoadOrCreate(folder.KeyFile);
        var storeLog = new StoreLog(logs.CreateLogger(LogLevels.CategoryOf(LogSubsystem.Store)));
        VolumeStore store = VolumeStore.Open(SettingsMap.StoreOf(settings, folder), storeLog);
        try
        {
            IEngine engine = await Engines.StartAsync(settings, key, logs).ConfigureAwait(false);
            var options = new SignatureOptions();
            var ownerSigner = new BatchSigner(owner, options);
            var signatures = new SignatureWorkers(new BatchSigner(folder.LoadKey(), options), ownerSigner, new SignatureVerifier(options), options);
            var node = new HostedNode(engine, key, store, folder, SettingsMap.RequestsOf(settings), SettingsMap.CaretakerOf(settings), SettingsMap.TransferOf(settings), logs);
            storeLog.Damaged = node.OnDamaged;
            node.Start(self => CoreOf(self, settings, engine.ContactPoints, folder, key, ownerSigner.PublicKey, store, applications), new NodeWorkers(new StoreWorkers(store), signatures, SegmentsOf(settings, folder, node, ownerSigner)), settings.Node.HandOver);
            return new StartedNode(node, ownerSigner);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            key.Dispose();
            throw;
        }
    }

    private static SegmentWorkers SegmentsOf(NodeSettings settings, NodeFolder folder, HostedNode node, BatchSigner ownerSigner)
    {
        FileTransferOptions transfer = SettingsMap.TransferOf(settings);
        var owner = new OwnerIdentity(ownerSigner, TimeProvider.System);
        // Not the owner's own journal: segments are no files that somebody put, and would crowd the list of those that are.
        OwnerJournal journal = node.Owns(new OwnerJournal(folder.SegmentsFolder, node.Id.ToString()));
        var reader = new FileReader(node, transfer);
        return node.Owns(new SegmentWorkers(
            new FileInserter(node, owner, journal, transfer), reader, new FileInspector(node, reader, owner, journal, transfer, TimeProvider.System), settings.Past.Replicas, TimeProvider.System));
    }

    /// <summary>A core with fresh state: of a node that starts, or in place of one that failed.</summary>
    private static NodeParts CoreOf(NodeHandle self, NodeSettings settings, IReadOnlyList<string> known, NodeFolder folder, NodeKey key, Blob ownerKey, VolumeStore store, IReadOnlyCollection<KeyValuePair<uint, IPastryApplication>> applications)
    {
        var past = new PastComponent(SettingsMap.PastOf(settings, store.Usage.WritableBytes), new Blob(key.PublicKey), store.Entries);
        var scribe = new ScribeComponent(SettingsMap.ScribeOf(settings), new Blob(key.PublicKey), ownerKey, store.Entries);
        var streams = new StreamsComponent(SettingsMap.StreamsOf(settings), scribe);
        ValueList<NodeHandle> seeds = settings.Node.Seeds.Concat(known).Select(address => new NodeHandle(default, address, 0)).ToValueList();
        var contacts = new Contacts(seeds, folder.LoadPeers(), settings.Node.FoundRing);
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return new NodeParts(new PastryNode(self, SettingsMap.OverlayOf(settings), seed, contacts, past, scribe, streams, new ApplicationHost(applications)), past);
    }
}

/// <summary>A core, and those of its parts that are asked for their status.</summary>
internal sealed record NodeParts(PastryNode Node, PastComponent Past);
