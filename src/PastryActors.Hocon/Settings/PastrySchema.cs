using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Schema;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Settings;

/// <summary>All keys of a node, and the ways to read them.</summary>
public static class PastrySchema
{
    /// <summary>The root of all keys; other roots are left to others.</summary>
    public const string Root = "pastry";

    /// <summary>Room that a frame needs beside its chunk: header, message, certificate and signatures.</summary>
    private const int FrameOverheadBytes = 32 << 10;

    /// <summary>The sections and the rules between them.</summary>
    public static OptionSection<NodeSettings> Section { get; } = new OptionSection<NodeSettings>(
            "A node of PastryActors. Every key stands here with its default; a file of one's own includes this one or a preset and sets what differs.")
        .Section("node", HostSchema.Section(), s => s.Node, (s, v) => s with { Node = v })
        .Section("overlay", OverlaySchema.Section(), s => s.Overlay, (s, v) => s with { Overlay = v })
        .Section("tcp", TcpSchema.Section(), s => s.Tcp, (s, v) => s with { Tcp = v })
        .Section("akka", AkkaSchema.Section(), s => s.Akka, (s, v) => s with { Akka = v })
        .Section("past", PastSchema.Section(), s => s.Past, (s, v) => s with { Past = v })
        .Section("scribe", ScribeSchema.Section(), s => s.Scribe, (s, v) => s with { Scribe = v })
        .Section("streams", StreamsSchema.Section(), s => s.Streams, (s, v) => s with { Streams = v })
        .Rule(
            "past.replicas",
            s => s.Past.Replicas <= s.Overlay.LeafSetSize / 2 + 1,
            "at most half of overlay.leaf-set-size, and one: all k holders must see each other in their leaf sets")
        .Rule(
            "past.chunk-size",
            s => s.Past.ChunkBytes <= s.Tcp.MaxFrameBytes - FrameOverheadBytes,
            "at most tcp.max-frame less 32 KiB for what travels with a chunk")
        .Rule(
            "scribe.max-message",
            s => s.Scribe.MaxMessageBytes <= s.Tcp.MaxMessageBytes - FrameOverheadBytes,
            "at most tcp.max-message less 32 KiB for what travels with a payload")
        .Rule(
            "scribe.root-replicas",
            s => s.Scribe.RootReplicas <= s.Overlay.LeafSetSize / 2 + 1,
            "at most half of overlay.leaf-set-size, and one: they are found in the root's leaf set");

    /// <summary>Reads settings from a file and overrides.</summary>
    /// <param name="path">The file, for instance <c>hocon/local.conf</c>; null for the defaults.</param>
    /// <param name="overrides">Each <c>key=value</c>; <c>pastry.</c> before the key may be left out.</param>
    /// <exception cref="HoconException">Something is wrong; holds every problem found.</exception>
    public static NodeSettings Load(string? path, IEnumerable<string>? overrides = null, HoconReadOptions? options = null)
    {
        var layers = new HoconLayers(options);
        if (path is not null) layers.AddFile(path);
        foreach (string assignment in overrides ?? []) layers.AddOverride(assignment, Root);
        HoconDocument document = layers.ToDocument();
        return Read(document) with { AkkaConfiguration = document.Root.Find("akka") is { } akka ? HoconText.Write("akka", akka) : "" };
    }

    /// <summary>Reads settings from a document; the defaults if it has no <c>pastry</c>.</summary>
    /// <exception cref="HoconException">The document does not fit; holds every problem found.</exception>
    public static NodeSettings Read(HoconDocument document) => OptionsReader.Read(document, Root, Section);

    /// <summary>The content of <c>hocon/node.conf</c>.</summary>
    public static string NodeConf() => SchemaWriter.Write(
        Root,
        Section,
        "Written from the schema (PastrySchema): change it there. docs/configuration.md has the language, and how to write a file of one's own.");
}
