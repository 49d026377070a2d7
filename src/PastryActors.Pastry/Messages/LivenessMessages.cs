using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Pastry.Messages;

/// <summary>What a leaf-set probe is for.</summary>
public enum ProbePurpose : byte
{
    /// <summary>Are you alive, and whom do you know? Wants an answer.</summary>
    Ask,

    /// <summary>The answer.</summary>
    Answer,

    /// <summary>News for the receiver: someone failed. Wants no answer.</summary>
    Announce,
}

/// <summary>MSPastry's LS-PROBE and LS-PROBE-REPLY (DSN 2004, figure 3): the sender's leaf set and whom it believes failed.</summary>
public sealed record LeafSetProbe(ProbePurpose Purpose, bool Active, ValueList<NodeHandle> Leafs, ValueList<NodeHandle> Failed) : Message
{
    public const byte Number = 7;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, (ulong)Purpose);
        writer.Flag(2, Active);
        writer.Nodes(3, Leafs.Span);
        writer.Nodes(4, Failed.Span);
    }

    public static Message Read(ref WireReader reader)
    {
        int purpose = 0;
        bool active = false;
        List<NodeHandle> leafs = [];
        List<NodeHandle> failed = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: purpose = reader.Int(); break;
                case 2: active = reader.Flag(); break;
                case 3: leafs.Add(reader.Node()); break;
                case 4: failed.Add(reader.Node()); break;
                default: reader.Skip(); break;
            }
        }

        if (purpose > (int)ProbePurpose.Announce) throw new WireFormatException("a probe of unknown purpose");
        return new LeafSetProbe((ProbePurpose)purpose, active, leafs.ToValueList(), failed.ToValueList());
    }
}

/// <summary>I am alive: to the left neighbour once a period, unless something else was sent to it (DSN 2004, section 4.1).</summary>
public sealed record Heartbeat : Message
{
    public const byte Number = 8;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
    }

    public static Message Read(ref WireReader reader)
    {
        while (reader.Next()) reader.Skip();
        return new Heartbeat();
    }
}

/// <summary>How far are you? The answer repeats the number; it may ask back, so that both ends measure with three messages.</summary>
/// <param name="Question">In an answer: the number of a question in turn; zero if there is none. Its answer asks nothing.</param>
/// <param name="BelowMicros">From how far on nobody cares for an answer to <paramref name="Question"/>: the distance of whom the asker knows already.</param>
public sealed record DistanceProbe(ulong Sequence, bool IsAnswer, ulong Question = 0, uint BelowMicros = 0) : Message
{
    public const byte Number = 9;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Number(1, Sequence);
        writer.Flag(2, IsAnswer);
        writer.Number(3, Question);
        writer.Number(4, BelowMicros);
    }

    public static Message Read(ref WireReader reader)
    {
        ulong sequence = 0;
        bool isAnswer = false;
        ulong question = 0;
        uint below = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: sequence = reader.Number(); break;
                case 2: isAnswer = reader.Flag(); break;
                case 3: question = reader.Number(); break;
                case 4: below = reader.UInt(); break;
                default: reader.Skip(); break;
            }
        }

        return new DistanceProbe(sequence, isAnswer, question, below);
    }
}
