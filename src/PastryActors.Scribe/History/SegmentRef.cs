using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.History;

/// <summary>Where a part of a topic's history lies, and what it must be: whoever reads it checks the hash.</summary>
/// <param name="First">Its first sequence number.</param>
/// <param name="Last">Its last.</param>
/// <param name="Level">0 for messages; of an index, one more than what it lists.</param>
/// <param name="Object">The fileId.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
/// <param name="ArchivedSeconds">When it was stored, in seconds since 1970 by the clock of the node that did: what a retention by duration goes by.</param>
public sealed record SegmentRef(ulong First, ulong Last, byte Level, FileId Object, Hash256 Hash, ulong ArchivedSeconds)
{
    internal void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        writer.Number(1, First);
        writer.Number(2, Last);
        writer.Number(3, Level);
        writer.Id(4, Object);
        writer.Hash(5, Hash);
        writer.Number(6, ArchivedSeconds);
        writer.End(mark);
    }

    internal static SegmentRef Read(WireReader reader)
    {
        (ulong first, ulong last, ulong level, FileId? id, Hash256? hash, ulong seconds) = (0UL, 0UL, 0UL, null, null, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: first = reader.Limited(); break;
                case 2: last = reader.Limited(); break;
                case 3: level = reader.Number(); break;
                case 4: id = reader.FileId(); break;
                case 5: hash = reader.Hash(); break;
                case 6: seconds = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        bool isGood = first > 0 && last >= first && level <= SegmentIndex.LevelMax && id is not null && hash is not null;
        return isGood ? new SegmentRef(first, last, (byte)level, id!.Value, hash!.Value, seconds) : throw new WireFormatException("a segment that is none");
    }
}
