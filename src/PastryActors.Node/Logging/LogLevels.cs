using PastryActors.Client;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Logging;

/// <summary>
/// From which severity on each subsystem is logged. Asked at every entry and changed while the node runs, by any thread; a restart brings back
/// what the configuration says.
/// </summary>
internal sealed class LogLevels
{
    private static readonly LogSubsystem[] All = Enum.GetValues<LogSubsystem>();
    private static readonly Dictionary<string, LogSubsystem> ByCategory = MakeCategories();

    private readonly int[] _levels = new int[All.Length];

    public LogLevels(LogSettings settings)
    {
        Set(null, settings.Level);
        foreach (string assignment in settings.Levels)
        {
            if (LogAssignment.TryParse(assignment, out LogAssignment one)) Set(one.Subsystem, one.Threshold);
        }
    }

    /// <summary>The category of a subsystem's log.</summary>
    public static string CategoryOf(LogSubsystem subsystem) => "PastryActors." + subsystem;

    /// <summary>The names on the surface.</summary>
    public static IEnumerable<string> Names => All.Select(s => s.ToString().ToLowerInvariant());

    /// <summary>Whether an entry is written. Of what is not this program's own, warnings and worse are, unless nothing of the gateway is.</summary>
    public bool Allows(string? category, LogLevel level)
    {
        if (category is not null && ByCategory.TryGetValue(category, out LogSubsystem subsystem)) return Allows(subsystem, level);
        return level >= LogLevel.Warning && Allows(LogSubsystem.Gateway, level);
    }

    /// <summary>Whether an entry of a subsystem is written.</summary>
    public bool Allows(LogSubsystem subsystem, LogLevel level) => (int)level >= Volatile.Read(ref _levels[(int)subsystem]);

    /// <summary>Changes one subsystem, or all where that is null.</summary>
    public void Set(LogSubsystem? subsystem, LogThreshold threshold)
    {
        foreach (LogSubsystem one in All.Where(s => subsystem is null || s == subsystem)) Volatile.Write(ref _levels[(int)one], (int)LevelOf(threshold));
    }

    /// <summary>What an order asks for, or what is wrong with it.</summary>
    public string? TrySet(LogOrder order)
    {
        LogSubsystem? subsystem = null;
        if (order.Subsystem is { Length: > 0 } name)
        {
            if (!LogAssignment.TryName(name, out LogSubsystem known)) return $"\"{name}\" is no subsystem: {string.Join(", ", Names)}";
            subsystem = known;
        }

        if (!LogAssignment.TryName(order.Level, out LogThreshold threshold)) return $"\"{order.Level}\" is no level: {string.Join(", ", Enum.GetNames<LogThreshold>()).ToLowerInvariant()}";
        Set(subsystem, threshold);
        return null;
    }

    /// <summary>How it is now.</summary>
    public LogDescription Describe() =>
        new(All.ToDictionary(s => s.ToString().ToLowerInvariant(), s => ThresholdOf((LogLevel)Volatile.Read(ref _levels[(int)s])).ToString().ToLowerInvariant()));

    private static Dictionary<string, LogSubsystem> MakeCategories()
    {
        Dictionary<string, LogSubsystem> categories = All.ToDictionary(CategoryOf);
        // Whichever engine carries the messages, an operator knows it by what it is for.
        foreach (string engine in (string[])["Tcp", "Akka", "Engine"]) categories["PastryActors." + engine] = LogSubsystem.Transport;
        return categories;
    }

    private static LogLevel LevelOf(LogThreshold threshold) => threshold == LogThreshold.Off ? LogLevel.None : (LogLevel)(int)threshold;

    private static LogThreshold ThresholdOf(LogLevel level) => (LogThreshold)(int)level;
}
