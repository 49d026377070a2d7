using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Messages;

/// <summary>The fields of every message that names a topic and repeats a nonce, and nothing else.</summary>
internal static class NoncedTopic
{
    public static void Write(WireWriter writer, RingId topic, ulong nonce)
    {
        writer.Id(1, topic);
        writer.Number(2, nonce);
    }

    public static (RingId Topic, ulong Nonce) Read(ref WireReader reader)
    {
        RingId? topic = null;
        ulong nonce = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return (Fields.Required(topic), nonce);
    }
}
