namespace PastryActors.Hocon.Settings;

/// <summary>The parts of a node whose logs are told apart: each is the category PastryActors.NAME.</summary>
public enum LogSubsystem : byte
{
    /// <summary>The HTTP gateway.</summary>
    Gateway,

    /// <summary>The process: starts, stops, failures.</summary>
    Node,

    /// <summary>The ring: who comes and goes, routes.</summary>
    Overlay,

    /// <summary>Files and their replicas.</summary>
    Past,

    /// <summary>Topics.</summary>
    Scribe,

    /// <summary>The disk.</summary>
    Store,

    /// <summary>Connections.</summary>
    Transport,
}

/// <summary>From which severity on one subsystem is logged.</summary>
public readonly record struct LogAssignment(LogSubsystem Subsystem, LogThreshold Threshold)
{
    /// <summary>Reads SUBSYSTEM=LEVEL.</summary>
    public static bool TryParse(string text, out LogAssignment assignment)
    {
        assignment = default;
        if (text.Split('=') is not [var name, var level] || !TryName(name, out LogSubsystem subsystem) || !TryName(level, out LogThreshold threshold)) return false;
        assignment = new LogAssignment(subsystem, threshold);
        return true;
    }

    /// <summary>Reads a name of either kind, in any case; numbers are no names.</summary>
    public static bool TryName<T>(string? text, out T value)
        where T : struct, Enum
    {
        value = default;
        return !string.IsNullOrEmpty(text) && text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value);
    }
}
