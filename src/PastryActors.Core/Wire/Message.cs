using PastryActors.Core.Ring;
namespace PastryActors.Core.Wire;

/// <summary>
/// A message between nodes. The set is closed: each layer lists its kinds, each kind is a sealed record with a number of its own
/// (docs/protocol.md), and no type name ever travels.
/// </summary>
public abstract record Message
{
    /// <summary>The number of this kind on the wire: 1-31 Pastry, 32-63 PAST, 64-95 Scribe, 96-111 applications, 112-127 streams.</summary>
    public abstract byte Kind { get; }

    /// <summary>Writes the fields.</summary>
    public abstract void Write(WireWriter writer);
}

/// <summary>A message that carries another over several hops, as far as somebody who only watches wants to know.</summary>
public interface IRoutedEnvelope
{
    /// <summary>Where it goes.</summary>
    RingId Key { get; }

    /// <summary>Hops taken, this one included.</summary>
    int Hops { get; }

    /// <summary>The message carried.</summary>
    Message Payload { get; }
}

/// <summary>Reads the fields of one kind of message.</summary>
public delegate Message MessageReader(ref WireReader reader);

/// <summary>One kind of message: its number, and how to read it.</summary>
public sealed record MessageKind(byte Number, string Name, MessageReader Read);
