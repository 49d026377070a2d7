using System.Runtime.InteropServices;
using PastryActors.Core.Wire;

namespace PastryActors.Tests.Engines;

/// <summary>A numbered message with some text.</summary>
public sealed record Note(long Number, string Text = "") : Message
{
    public const byte Number100 = 100;

    public override byte Kind => Number100;

    public override void Write(WireWriter writer)
    {
        writer.Number(1, (ulong)Number);
        writer.Text(2, Text);
    }

    public static Message Read(ref WireReader reader)
    {
        long number = 0;
        string text = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: number = (long)reader.Number(); break;
                case 2: text = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        return new Note(number, text);
    }
}

/// <summary>A message whose writer fails.</summary>
public sealed record Unwritable : Message
{
    public override byte Kind => Note.Number100;

    public override void Write(WireWriter writer)
    {
        writer.Number(1, 1);
        throw new InvalidOperationException("cannot be written");
    }
}

/// <summary>A message of a kind that the codec does not list.</summary>
public sealed record Unlisted : Message
{
    public override byte Kind => 120;

    public override void Write(WireWriter writer) => writer.Number(1, 1);
}

/// <summary>A message that claims to be a note and is not.</summary>
public sealed record Malformed : Message
{
    public override byte Kind => Note.Number100;

    public override void Write(WireWriter writer) => writer.Reserve(3).Fill(0xFF);
}

/// <summary>A message around another of its kind, as deep as its maker likes.</summary>
public sealed record Nest(int Depth) : Message
{
    public const byte Number101 = 101;

    public override byte Kind => Number101;

    public override void Write(WireWriter writer)
    {
        // From the innermost outwards, hence from the end to the front: each level is a tag, a length, a kind, and the level within.
        var backwards = new List<byte>();
        for (int i = 0; i < Depth; i++)
        {
            backwards.Add(Number101);
            int size = backwards.Count;
            var length = new Stack<byte>();
            for (; size >= 0x80; size >>= 7) length.Push((byte)(size | 0x80));
            length.Push((byte)size);
            backwards.AddRange(length);
            backwards.Add((1 << 3) | 2);
        }

        backwards.Reverse();
        CollectionsMarshal.AsSpan(backwards).CopyTo(writer.Reserve(backwards.Count));
    }

    public static Message Read(ref WireReader reader)
    {
        int depth = 0;
        while (reader.Next()) depth = 1 + ((Nest)reader.Codec.Read(Number101, reader.Bytes()[1..])).Depth;
        return new Nest(depth);
    }
}

public static class TestCodec
{
    public static readonly WireCodec Instance = new(new MessageKind(Note.Number100, "note", Note.Read), new MessageKind(Nest.Number101, "nest", Nest.Read));
}
