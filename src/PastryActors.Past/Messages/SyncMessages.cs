using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Messages;

/// <summary>Of an arc of the ring: do you hold of what we should both hold the same as I do? Answered by <see cref="SyncAnswer"/>.</summary>
/// <param name="From">Where the arc begins.</param>
/// <param name="Length">How many ids it goes on for.</param>
/// <param name="Seed">Of the digest, new for every comparison: nobody can make up sets that look alike.</param>
/// <param name="Count">Objects that the asker has there.</param>
/// <param name="Digest">Of them: <see cref="SyncDigest"/>.</param>
public sealed record SyncAsk(long Operation, RingId From, RingId Length, ulong Seed, int Count, ulong Digest) : PastMessage(Operation)
{
    public const byte Number = 49;

    public override byte Kind => Number;

    internal Arc Arc => new(From, Length.Value);

    internal static SyncAsk Read(ref WireReader reader)
    {
        long operation = 0;
        RingId from = default, length = default;
        ulong seed = 0, digest = 0;
        int count = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: from = reader.Id(); break;
                case 3: length = reader.Id(); break;
                case 4: seed = reader.Number(); break;
                case 5: count = reader.Int(); break;
                case 6: digest = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return new SyncAsk(operation, from, length, seed, count, digest);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, From);
        writer.Id(3, Length);
        writer.Number(4, Seed);
        writer.Number(5, (ulong)Count);
        writer.Number(6, Digest);
    }
}

/// <summary>How a node answers a <see cref="SyncAsk"/>.</summary>
public enum SyncVerdict : byte
{
    /// <summary>It has the same.</summary>
    Same = 0,

    /// <summary>It has something else: here are the digests of the parts of the arc.</summary>
    Parts = 1,

    /// <summary>It has something else: here is what it has, from the arc's beginning on.</summary>
    List = 2,
}

/// <summary>What a node has on an arc.</summary>
/// <param name="Parts">For <see cref="SyncVerdict.Parts"/>: count (4 bytes) and digest (8 bytes), big-endian, of each of the arc's parts.</param>
/// <param name="Entries">For <see cref="SyncVerdict.List"/>: packed entries (<see cref="SyncEntry"/>).</param>
/// <param name="Through">For <see cref="SyncVerdict.List"/>: the list is complete up to this key.</param>
public sealed record SyncAnswer(long Operation, SyncVerdict Verdict, Blob Parts, Blob Entries, RingId Through) : PastAnswer(Operation)
{
    public const byte Number = 50;

    public override byte Kind => Number;

    internal static SyncAnswer Read(ref WireReader reader)
    {
        long operation = 0;
        var verdict = SyncVerdict.Same;
        Blob parts = default, entries = default;
        RingId through = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: verdict = (SyncVerdict)Math.Min(reader.Int(), byte.MaxValue); break;
                case 3: parts = reader.Blob(); break;
                case 4: entries = SyncEntry.CheckedPack(reader.Blob()); break;
                case 5: through = reader.Id(); break;
                default: reader.Skip(); break;
            }
        }

        return new SyncAnswer(operation, verdict, parts, entries, through);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Number(2, (ulong)Verdict);
        writer.Bytes(3, Parts.Span);
        writer.Bytes(4, Entries.Span);
        if (Verdict == SyncVerdict.List) writer.Id(5, Through);
    }
}

/// <summary>The sender has these objects, and thinks that the receiver should have them too. Not answered: a receiver that agrees fetches them.</summary>
/// <param name="Entries">Packed entries (<see cref="SyncEntry"/>).</param>
/// <param name="More">There are others: compare with me.</param>
public sealed record SyncTell(long Operation, Blob Entries, bool More) : PastMessage(Operation)
{
    public const byte Number = 51;

    public override byte Kind => Number;

    internal static SyncTell Read(ref WireReader reader)
    {
        long operation = 0;
        Blob entries = default;
        bool more = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: entries = SyncEntry.CheckedPack(reader.Blob()); break;
                case 3: more = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new SyncTell(operation, entries, more);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Bytes(2, Entries.Span);
        writer.Flag(3, More);
    }
}
