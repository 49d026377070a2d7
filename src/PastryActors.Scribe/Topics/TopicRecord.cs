using PastryActors.Core.Collections;
using PastryActors.Core.Wire;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Topics;

/// <summary>
/// What is decided about a topic beside its numbering. Travels and is decided with the group (<see cref="ReplicaGroup"/>): the one that
/// is in force is the one of the group in force.
/// </summary>
/// <param name="Settings">What holds.</param>
/// <param name="Certificate">The creator's statement; null for a topic that came to be by its first use.</param>
/// <param name="History">Where what is retained lies.</param>
public sealed record TopicRecord(TopicSettings Settings, TopicCertificate? Certificate, SegmentIndex History)
{
    /// <summary>Of a topic that nobody created, where nothing else was configured.</summary>
    public static TopicRecord Default { get; } = new(TopicSettings.Default, null, SegmentIndex.None);

    internal void Write(WireWriter writer, int field)
    {
        if (this == Default) return;
        int mark = writer.Begin(field);
        writer.Settings(1, Settings);
        Certificate?.Write(writer, 2);
        History.Write(writer, 3);
        writer.End(mark);
    }

    internal static TopicRecord Read(WireReader reader)
    {
        (TopicSettings settings, TopicCertificate? certificate) = (TopicSettings.Default, null);
        List<SegmentRef> history = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: settings = reader.Settings(); break;
                case 2: certificate = TopicCertificate.Read(reader.Nested()); break;
                case 3: SegmentIndex.Add(history, SegmentRef.Read(reader.Nested())); break;
                default: reader.Skip(); break;
            }
        }

        return new TopicRecord(settings, certificate, new SegmentIndex(history.ToValueList()));
    }
}
