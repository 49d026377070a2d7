using System.Security.Cryptography.X509Certificates;
using PastryActors.Akka;
using PastryActors.Engine;
using PastryActors.Hocon;
using PastryActors.Hocon.Settings;
using PastryActors.Hocon.Values;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>The Akka engine, in builds with -p:Akka=true.</summary>
internal static partial class Engines
{
    static partial void AddAkka(Dictionary<EngineChoice, EngineStart> engines) => engines[EngineChoice.Akka] = StartAkkaAsync;

    private static async Task<IEngine> StartAkkaAsync(NodeSettings settings, NodeKey key, ILoggerFactory logs) =>
        await AkkaEngine.StartAsync(PlanOf(settings), OptionsOf(settings), NodeComposition.Codec, logs).ConfigureAwait(false);

    private static AkkaSystemPlan PlanOf(NodeSettings settings) => new()
    {
        Name = settings.Akka.System,
        Listen = settings.Overlay.Listen,
        Advertise = settings.Overlay.Advertise.Length > 0 ? settings.Overlay.Advertise : null,
        Configuration = settings.AkkaConfiguration + "\n",
        Fallback = ShippedConfiguration(),
        Certificate = settings.Akka.Certificate.Length > 0 ? X509CertificateLoader.LoadPkcs12FromFile(settings.Akka.Certificate, settings.Akka.CertificatePassword) : null,
        LeavingTimeout = settings.Node.HandOver + HostedNode.LeaveDeadline,
        ClusterSeeds = [.. settings.Node.FoundRing ? [settings.Overlay.Advertise.Length > 0 ? settings.Overlay.Advertise : settings.Overlay.Listen] : Array.Empty<string>(), .. settings.Node.Seeds],
    };

    /// <summary>What the configuration does not say about Akka is as in hocon/akka.conf beside the program.</summary>
    private static string ShippedConfiguration()
    {
        HoconDocument shipped = HoconDocument.Load(Path.Combine(AppContext.BaseDirectory, "hocon", "akka.conf"));
        return HoconText.Write("akka", shipped.Root.Find("akka")!);
    }

    private static AkkaOptions OptionsOf(NodeSettings settings) => new()
    {
        MessageBytesMax = settings.Tcp.MaxMessageBytes,
        ContentBytesMax = settings.Tcp.MaxFrameBytes - SettingsMap.CertificateBytesMax,
        PieceBytes = settings.Akka.PieceBytes,
        WindowBytes = settings.Akka.WindowBytes,
        QueueMessages = settings.Tcp.SendQueueMessages,
        QueueContentBytes = settings.Tcp.SendQueueBytes,
        ConnectTimeout = settings.Tcp.ConnectTimeout,
        IdleTimeout = settings.Tcp.IdleTimeout,
        MailboxCapacity = settings.Tcp.Mailbox,
        ContactTimeout = settings.Akka.ContactTimeout,
    };
}
