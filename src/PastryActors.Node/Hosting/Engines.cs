using PastryActors.Engine;
using PastryActors.Hocon.Settings;
using PastryActors.Tcp;
using NodeSettings = PastryActors.Hocon.Settings.NodeSettings;

namespace PastryActors.Node.Hosting;

/// <summary>Starts an engine as the settings say.</summary>
internal delegate Task<IEngine> EngineStart(NodeSettings settings, NodeKey key, ILoggerFactory logs);

/// <summary>The engines that this build of the program has: Tcp always, others where they were built in (docs/engines.md).</summary>
internal static partial class Engines
{
    private static readonly Dictionary<EngineChoice, EngineStart> Built = All();

    /// <summary>Whether this build has the engine.</summary>
    public static bool Has(EngineChoice engine) => Built.ContainsKey(engine);

    /// <summary>Why it has not, and what to do.</summary>
    public static string Missing(EngineChoice engine) =>
        $"this build of the program has no {NameOf(engine)} engine; build it with -p:{engine}=true, or by scripts/pastry cluster up --engine {NameOf(engine)} (docs/engines.md)";

    /// <summary>The name that the command line and the configuration have for an engine.</summary>
    public static string NameOf(EngineChoice engine) => engine.ToString().ToLowerInvariant();

    /// <summary>Starts the engine that the settings name.</summary>
    /// <exception cref="EngineOptionsException">This build does not have it, or an option is out of its range.</exception>
    public static Task<IEngine> StartAsync(NodeSettings settings, NodeKey key, ILoggerFactory logs) =>
        Built.TryGetValue(settings.Node.Engine, out EngineStart? start) ? start(settings, key, logs) : throw new EngineOptionsException(Missing(settings.Node.Engine));

    private static Dictionary<EngineChoice, EngineStart> All()
    {
        var all = new Dictionary<EngineChoice, EngineStart>
        {
            [EngineChoice.Tcp] = static async (settings, key, logs) => await TcpEngine.StartAsync(SettingsMap.TcpOf(settings), key, NodeComposition.Codec, logs).ConfigureAwait(false),
        };
        AddAkka(all);
        return all;
    }

    /// <summary>Adds the Akka engine; without a body in a build that does not have it.</summary>
    static partial void AddAkka(Dictionary<EngineChoice, EngineStart> engines);
}
