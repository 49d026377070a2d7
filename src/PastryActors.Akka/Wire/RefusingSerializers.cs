using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace PastryActors.Akka.Wire;

/// <summary>
/// Stands in the place of one of Akka's serializers that make whatever type the bytes name (docs/engines.md, trust): neither writes nor
/// reads anything, and says so.
/// </summary>
public abstract class RefusingSerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <inheritdoc/>
    public override bool IncludeManifest => true;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) =>
        throw new SerializationException($"{obj.GetType().FullName} has no serializer on this actor system: only messages of links, and what Akka itself needs, leave it");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("types named by a peer are not made on this actor system");
}

/// <summary>In the place of JSON with type names, Akka's serializer for everything that has no other.</summary>
public sealed class JsonRefused : RefusingSerializer
{
    /// <summary>As Akka makes serializers that have settings of their own; these are the replaced one's.</summary>
    public JsonRefused(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    /// <inheritdoc/>
    public override int Identifier => 1;
}

/// <summary>In the place of the serializer by which a peer could start actors of any class here.</summary>
public sealed class DeploymentRefused(ExtendedActorSystem system) : RefusingSerializer(system)
{
    /// <inheritdoc/>
    public override int Identifier => 3;
}
