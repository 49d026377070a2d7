using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Messages;

/// <summary>How is your upkeep? and the answer to that, which has a <see cref="Report"/>.</summary>
/// <param name="About">Of the question: an object that may be missing there.</param>
/// <param name="Report">Null in a question.</param>
public sealed record UpkeepMessage(long Operation, FileId? About, UpkeepReport? Report) : PastAnswer(Operation)
{
    public const byte Number = 62;

    private const int ScrubPausedBit = 1;
    private const int CompactionPausedBit = 2;
    private const int StripesPausedBit = 4;

    public override byte Kind => Number;

    internal static UpkeepMessage Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? about = null;
        UpkeepReport? report = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: about = reader.FileId(); break;
                case 3: report = ReadReport(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new UpkeepMessage(operation, about, report);
    }

    protected override void WriteFields(WireWriter writer)
    {
        if (About is { } about) writer.Id(2, about);
        if (Report is null) return;
        int mark = writer.Begin(3);
        Write(writer, Report);
        writer.End(mark);
    }

    private static void Write(WireWriter writer, UpkeepReport report)
    {
        writer.Number(1, (ulong)report.Repair);
        writer.Number(2, (ulong)report.UnderReplicated);
        writer.Number(3, (ulong)report.NoRoom);
        foreach (FileId example in report.Examples) writer.Id(4, example);
        writer.Number(5, (ulong)report.Trouble);
        writer.Number(6, (ulong)report.Capacity);
        HostUpkeep host = report.Host;
        writer.Number(7, (ulong)host.UnixMilliseconds);
        writer.Number(8, (ulong)host.UsedBytes);
        writer.Number(9, (ulong)host.CapacityBytes);
        writer.Number(10, (ulong)host.Quarantined);
        writer.Number(11, (ulong)host.RottenBytes);
        writer.Number(12, Age.PlusOne(host.ScrubAge));
        writer.Number(13, (ulong)host.ScrubPeriod.TotalMilliseconds);
        writer.Number(14, (host.ScrubPaused ? ScrubPausedBit : 0UL) | (host.CompactionPaused ? CompactionPausedBit : 0UL) | (host.StripesPaused ? StripesPausedBit : 0UL));
        writer.Number(15, (ulong)host.ChunksMissing);
        writer.Number(16, (ulong)host.StripesLost);
    }

    private static UpkeepReport ReadReport(WireReader reader)
    {
        var report = new UpkeepReport(default, 0, 0, default, default, default, HostUpkeep.Unknown);
        HostUpkeep host = HostUpkeep.Unknown;
        List<FileId> examples = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: report = report with { Repair = (RepairActivity)Math.Min(reader.Number(), (ulong)RepairActivity.Yielding) }; break;
                case 2: report = report with { UnderReplicated = reader.Int() }; break;
                case 3: report = report with { NoRoom = reader.Int() }; break;
                case 4: Add(examples, reader.FileId()); break;
                case 5: report = report with { Trouble = (RepairTrouble)Math.Min(reader.Number(), (ulong)RepairTrouble.NobodyGaveIt) }; break;
                case 6: report = report with { Capacity = (CapacityAdvice)Math.Min(reader.Number(), (ulong)CapacityAdvice.TooSmall) }; break;
                default: host = ReadHost(host, ref reader); break;
            }
        }

        return report with { Examples = examples.ToValueList(), Host = host };
    }

    private static HostUpkeep ReadHost(HostUpkeep host, ref WireReader reader)
    {
        switch (reader.Field)
        {
            case 7: return host with { UnixMilliseconds = Size(ref reader) };
            case 8: return host with { UsedBytes = Size(ref reader) };
            case 9: return host with { CapacityBytes = Size(ref reader) };
            case 10: return host with { Quarantined = Size(ref reader) };
            case 11: return host with { RottenBytes = Size(ref reader) };
            case 12: return host with { ScrubAge = Age.LessOne(ref reader) };
            case 13: return host with { ScrubPeriod = TimeSpan.FromMilliseconds(Age.Read(ref reader)) };
            case 14:
                ulong paused = reader.Number();
                return host with { ScrubPaused = (paused & ScrubPausedBit) != 0, CompactionPaused = (paused & CompactionPausedBit) != 0, StripesPaused = (paused & StripesPausedBit) != 0 };
            case 15: return host with { ChunksMissing = Size(ref reader) };
            case 16: return host with { StripesLost = Size(ref reader) };
            default:
                reader.Skip();
                return host;
        }
    }

    private static void Add(List<FileId> examples, FileId example)
    {
        if (examples.Count == UpkeepReport.ExamplesMax) throw new WireFormatException($"more than {UpkeepReport.ExamplesMax} examples");
        examples.Add(example);
    }

    private static long Size(ref WireReader reader)
    {
        ulong value = reader.Number();
        return value <= long.MaxValue ? (long)value : throw new WireFormatException("a number out of range");
    }
}
