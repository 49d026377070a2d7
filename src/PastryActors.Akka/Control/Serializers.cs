using Akka.Actor;
using Akka.Serialization;
using Hyperion;
using PastryActors.Akka.Wire;

namespace PastryActors.Akka.Control;

/// <summary>Binds the engine's serializers in an actor system, whatever its configuration says.</summary>
internal static class Serializers
{
    /// <summary>All that Hyperion may make here.</summary>
    public static IReadOnlyList<Type> HyperionTypes { get; } =
        [typeof(DescribeNode), typeof(NodeDescription), typeof(StopNode), typeof(NodeStopped), typeof(NodeUnknown)];

    /// <summary>Binds messages of links to the project's own serializer, control messages to a Hyperion that makes nothing else.</summary>
    public static void Bind(ExtendedActorSystem system)
    {
        var links = new PastrySerializer(system);
        system.Serialization.AddSerializer("pastry", links);
        system.Serialization.AddSerializationMap(typeof(LinkMessage), links);
        HyperionSerializer control = Hyperion(system);
        system.Serialization.AddSerializer("pastry-control", control);
        system.Serialization.AddSerializationMap(typeof(ControlMessage), control);
    }

    private static HyperionSerializer Hyperion(ExtendedActorSystem system)
    {
        HyperionSerializerSettings settings = HyperionSerializerSettings.Default
            .WithPreserveObjectReference(false)
            .WithVersionTolerance(false)
            .WithDisallowUnsafeType(true)
            .WithTypeFilter(new Allowed());
        return new HyperionSerializer(system, settings);
    }

    /// <summary>
    /// The list as Hyperion asks for it: by the full name with its assembly where it reads, by other forms of it where it writes, which its own filter
    /// does not know.
    /// </summary>
    private sealed class Allowed : ITypeFilter
    {
        private readonly HashSet<string> _names = [.. HyperionTypes.SelectMany(static t => new[] { t.FullName!, t.AssemblyQualifiedName!, $"{t.FullName}, {t.Assembly.GetName().Name}" })];

        public bool IsAllowed(string typeName) => _names.Contains(typeName);
    }
}
