using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using PastryActors.Core.Wire;

namespace PastryActors.Akka.Wire;

/// <summary>
/// What travels between actor systems: messages of links, which carry the project's own wire messages as they are on every engine. A
/// letter tells what follows; no type's name travels, and no type is made but those of the closed set.
/// </summary>
public sealed class PastrySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number that stands before every such message in Akka.Remote's frames. It does not change.</summary>
    public const int Number = 7301;

    /// <inheritdoc/>
    public override int Identifier => Number;

    /// <inheritdoc/>
    public override string Manifest(object o) => LinkCodec.ManifestOf(Own(o));

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => LinkCodec.Write(Own(obj));

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The bytes are no message of a link; Akka.Remote logs it and reads on.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return LinkCodec.Read(manifest, bytes);
        }
        catch (WireFormatException malformed)
        {
            throw new SerializationException(malformed.Message, malformed);
        }
    }

    private static LinkMessage Own(object message) =>
        message as LinkMessage ?? throw new ArgumentException($"{message.GetType().Name} is no message of a link: only those travel by this serializer", nameof(message));
}
