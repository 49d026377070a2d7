namespace PastryActors.Hocon.Settings;

/// <summary>
/// Everything that a node is configured with, as plain values: the tree below <c>pastry</c>. The initial values here and in the records
/// of the sections are the defaults, stated nowhere else; what each means, why it is what it is and what moves when it is raised or
/// lowered stands in the section's schema and, written from that, in <c>hocon/node.conf</c>. Durations are never negative.
/// </summary>
public sealed record NodeSettings
{
    /// <summary><c>pastry.node</c>: the process.</summary>
    public HostSettings Node { get; init; } = new();

    /// <summary><c>pastry.overlay</c>: Pastry.</summary>
    public OverlaySettings Overlay { get; init; } = new();

    /// <summary><c>pastry.tcp</c>: the transport.</summary>
    public TcpSettings Tcp { get; init; } = new();

    /// <summary><c>pastry.akka</c>: the Akka engine.</summary>
    public AkkaSettings Akka { get; init; } = new();

    /// <summary>The root <c>akka</c> of the document, which belongs to Akka, as a text that it reads; empty if there is none.</summary>
    public string AkkaConfiguration { get; init; } = "";

    /// <summary><c>pastry.past</c>: storage.</summary>
    public PastSettings Past { get; init; } = new();

    /// <summary><c>pastry.scribe</c>: topics.</summary>
    public ScribeSettings Scribe { get; init; } = new();

    public StreamsSettings Streams { get; init; } = new();
}
