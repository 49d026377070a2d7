using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>Writes and reads a topic's settings. The defaults take no bytes.</summary>
internal static class SettingsFields
{
    public static void Settings(this WireWriter writer, int field, TopicSettings settings)
    {
        if (settings == TopicSettings.Default) return;
        int mark = writer.Begin(field);
        writer.Number(1, (ulong)settings.Level);
        writer.Number(2, (ulong)settings.Retain.Kind);
        writer.Number(3, settings.Retain.Amount);
        foreach (RingId publisher in settings.Publishers) writer.Id(4, publisher);
        foreach (RingId subscriber in settings.Subscribers) writer.Id(5, subscriber);
        writer.Flag(6, settings.IsSigned);
        writer.End(mark);
    }

    public static TopicSettings Settings(this ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        (DeliveryLevel level, RetentionKind kind, ulong amount) = (default(DeliveryLevel), default(RetentionKind), 0UL);
        List<RingId> publishers = [];
        List<RingId> subscribers = [];
        bool isSigned = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: level = (DeliveryLevel)Math.Min(reader.Number(), byte.MaxValue); break;
                case 2: kind = (RetentionKind)Math.Min(reader.Number(), byte.MaxValue); break;
                case 3: amount = reader.Limited(); break;
                case 4: Add(publishers, ref reader); break;
                case 5: Add(subscribers, ref reader); break;
                case 6: isSigned = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        var settings = new TopicSettings(level, new Retention(kind, amount), publishers.ToValueList(), subscribers.ToValueList()) { IsSigned = isSigned };
        return settings.Problem() is { } problem ? throw new WireFormatException(problem) : settings;
    }

    private static void Add(List<RingId> nodes, ref WireReader reader)
    {
        if (nodes.Count == TopicSettings.AccessMax) throw new WireFormatException($"more than {TopicSettings.AccessMax} nodes that may do something");
        nodes.Add(reader.Id());
    }
}
