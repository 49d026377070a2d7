using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>A message of an application of one's own, opaque to the overlay.</summary>
/// <param name="Application">Number of the application: the hash of its name.</param>
/// <param name="Body">What it sends.</param>
public sealed record ApplicationMessage(uint Application, Blob Body) : Message
{
    public const byte Number = 96;

    /// <summary>A message of the application of that name.</summary>
    public ApplicationMessage(string application, Blob body)
        : this(NumberOf(application), body)
    {
    }

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <summary>The number of an application: the first 32 bits of the SHA-256 of its name.</summary>
    public static uint NumberOf(string name) => (uint)(Hash256.Of(Encoding.UTF8.GetBytes(name)).High >> 96);

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, Application);
        writer.Bytes(2, Body.Span);
    }

    public static Message Read(ref WireReader reader)
    {
        uint application = 0;
        Blob body = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: application = reader.UInt(); break;
                case 2: body = reader.Blob(); break;
                default: reader.Skip(); break;
            }
        }

        return new ApplicationMessage(application, body);
    }
}
