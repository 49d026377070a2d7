using System.Security.Cryptography;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Hosting;

/// <summary>Puts store, core, transport and applications together. Nothing else in this project knows an engine.</summary>
internal static class NodeComposition
{
    /// <summary>Starts a node as the settings say.</summary>
    public static Task<StartedNode> StartAsync(NodeSettings settings, ECDsa owner, ILoggerFactory logs, CancellationToken cancellation) =>
        throw new PlatformNotSupportedException($"this build has no engine for a node at {settings.Overlay.Listen}");
}
