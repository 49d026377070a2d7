using System.Reflection;

namespace PastryActors.Simulation.Scenarios;

/// <summary>The scenarios of tests/scenarios, which the program carries with it, and those in files of one's own.</summary>
public static class ScenarioLibrary
{
    private const string Prefix = "scenario/";

    private static readonly Assembly Holder = typeof(ScenarioLibrary).Assembly;

    /// <summary>Names of the scenarios that the program carries, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Holder.GetManifestResourceNames().Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(static n => n[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <summary>Finds a scenario by its name, or by the path of a file.</summary>
    /// <returns>The scenario; null if there is neither.</returns>
    /// <exception cref="ScenarioFormatException">The text is no scenario; the message says why and where.</exception>
    public static Scenario? Find(string nameOrPath)
    {
        using Stream? carried = Holder.GetManifestResourceStream(Prefix + nameOrPath);
        if (carried is null && !File.Exists(nameOrPath)) return null;
        using StreamReader text = carried is null ? File.OpenText(nameOrPath) : new StreamReader(carried);
        return ScenarioReader.Read(Path.GetFileNameWithoutExtension(nameOrPath), text.ReadToEnd());
    }
}
