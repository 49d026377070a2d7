using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using PastryActors.Past;
using PastryActors.Scribe;
using PastryActors.Simulation.Network;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Storage;
using PastryActors.Simulation.World;
using PastryActors.Streams;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Makes options of nodes and world from what a scenario says. A key is the option's own name in kebab case, so that none needs a list here.</summary>
internal static class ScenarioOptions
{
    // What a compiler that compiles ahead has to leave in the program, though nothing calls it by its own name.
    private const DynamicallyAccessedMemberTypes Named = DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicMethods;

    /// <summary>The options of the nodes.</summary>
    public static RingOptions RingOf(Scenario scenario)
    {
        RingOptions ring = scenario.Preset switch
        {
            "local" => RingOptions.Local,
            "papers" => RingOptions.Papers,
            _ => throw new ScenarioFormatException($"the preset must be local or papers, not {scenario.Preset}"),
        };
        foreach (ScenarioOption option in scenario.Options)
        {
            ring = option.Section switch
            {
                "overlay" => ring with { Overlay = With(ring.Overlay, option) },
                "past" => ring with { Past = option.Key == "enabled" ? (IsYes(option) ? ring.Past ?? new PastOptions() : null) : With(ring.Past ?? new PastOptions(), option) },
                "scribe" => ring with { Scribe = option.Key == "enabled" ? (IsYes(option) ? ring.Scribe ?? new ScribeOptions() : null) : With(ring.Scribe ?? new ScribeOptions(), option) },
                "streams" => ring with { Streams = option.Key == "enabled" ? (IsYes(option) ? ring.Streams ?? new StreamsOptions() : null) : With(ring.Streams ?? new StreamsOptions(), option) },
                _ => ring,
            };
        }

        // Streams rest on Scribe: who does without that does without both.
        if (ring.Scribe is null) ring = ring with { Streams = null };
        ring = ring with { MixesOffers = scenario.MixesOffers };
        if (scenario.Capacities.Length == 0) return ring;
        CapacityDraw draw = CapacityDraw.Named(scenario.Capacities) ?? throw new ScenarioFormatException($"capacities are d1, d2, d3 or d4, not {scenario.Capacities}");
        return ring with { Capacities = draw };
    }

    /// <summary>The options of the world.</summary>
    public static SimOptions WorldOf(Scenario scenario)
    {
        var world = new SimOptions { Latency = LatencyOf(scenario) };
        foreach (ScenarioOption option in scenario.Options)
        {
            if (option.Section == "disk") world = world with { Disk = With(world.Disk, option) };
            if (option.Section == "world") world = option is { Key: "link-failed-after", Value: "never" } ? world with { LinkFailedAfter = null } : With(world, option);
        }

        return world;
    }

    /// <summary>Throws what is wrong with the options of a scenario, so that it shows when it is read and not when it runs.</summary>
    public static void Check(Scenario scenario)
    {
        SimOptions world = WorldOf(scenario with { Topology = ["constant", "1ms"] });
        if ((RingOf(scenario).Problem() ?? world.Problem()) is { } problem) throw new ScenarioFormatException(problem);
        if (scenario.Vary is { } vary) VariedRun.Of(scenario, vary).ForEach(Check);
        if (scenario.Topology is not ["matrix", _]) LatencyOf(scenario);
    }

    private static ILatencyModel LatencyOf(Scenario scenario) => scenario.Topology.Span switch
    {
        ["constant", var way] => new ConstantLatency(ScenarioDuration.Parse(way)),
        ["plane", var diagonal] => new PlaneLatency(scenario.Seed, ScenarioDuration.Parse(diagonal), TimeSpan.FromMilliseconds(0.1)),
        ["sphere", var halfWay] => new SphereLatency(scenario.Seed, ScenarioDuration.Parse(halfWay), TimeSpan.FromMilliseconds(0.1)),
        ["transit-stub"] => new TransitStubLatency(scenario.Seed),
        ["matrix", var path] => ReadMatrix(path),
        _ => throw new ScenarioFormatException("a topology is: constant DURATION, plane DIAGONAL, sphere HALF-WAY-ROUND, transit-stub, matrix FILE"),
    };

    private static MatrixLatency ReadMatrix(string path)
    {
        try
        {
            using StreamReader text = File.OpenText(path);
            return MatrixLatency.Read(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ScenarioFormatException($"the matrix {path}: {e.Message}");
        }
    }

    private static bool IsYes(ScenarioOption option) => option.Value switch
    {
        "yes" => true,
        "no" => false,
        _ => throw new ScenarioFormatException($"{option.Section} enabled is yes or no, not {option.Value}"),
    };

    /// <summary>A copy with one property set. Records clone themselves; what their compiler writes for "with" is called by name here.</summary>
    private static T With<[DynamicallyAccessedMembers(Named)] T>(T options, ScenarioOption option)
        where T : class
    {
        string name = string.Concat(option.Key.Split('-').Select(static w => w.Length == 0 ? "" : char.ToUpperInvariant(w[0]) + w[1..]));
        PropertyInfo property = Settable<T>().FirstOrDefault(p => p.Name == name)
            ?? throw new ScenarioFormatException($"{option.Section} has no option {option.Key}; it has {string.Join(", ", Settable<T>().Select(static p => Kebab(p.Name)))}");
        var copy = (T)typeof(T).GetMethod("<Clone>$")!.Invoke(options, null)!;
        property.SetValue(copy, ValueOf(option, property.PropertyType));
        return copy;
    }

    private static IEnumerable<PropertyInfo> Settable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>() => typeof(T).GetProperties().Where(static p => p.CanWrite && IsScalar(p.PropertyType));

    private static bool IsScalar(Type type) =>
        type.IsEnum || type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(bool) || type == typeof(TimeSpan) || type == typeof(TimeSpan?);

    private static object ValueOf(ScenarioOption option, Type type)
    {
        try
        {
            if (type.IsEnum) return Enum.Parse(type, option.Value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
            return type == typeof(TimeSpan) || type == typeof(TimeSpan?) ? ScenarioDuration.Parse(option.Value) : Convert.ChangeType(option.Value, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new ScenarioFormatException($"{option.Section} {option.Key} must be of type {type.Name}, not {option.Value}");
        }
    }

    private static string Kebab(string name) => string.Concat(name.Select(static (c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
