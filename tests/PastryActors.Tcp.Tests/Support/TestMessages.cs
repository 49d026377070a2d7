using PastryActors.Core.Wire;

namespace PastryActors.Tcp.Tests.Support;

/// <summary>A numbered message with some text.</summary>
internal sealed record Note(long Number, string Text = "") : Message
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
internal sealed record Unwritable : Message
{
    public override byte Kind => Note.Number100;

    public override void Write(WireWriter writer)
    {
        writer.Number(1, 1);
        throw new InvalidOperationException("cannot be written");
    }
}

/// <summary>A message of a kind that the codec does not list.</summary>
internal sealed record Unlisted : Message
{
    public override byte Kind => 120;

    public override void Write(WireWriter writer) => writer.Number(1, 1);
}

/// <summary>A message that claims to be a note and is not.</summary>
internal sealed record Malformed : Message
{
    public override byte Kind => Note.Number100;

    public override void Write(WireWriter writer) => writer.Reserve(3).Fill(0xFF);
}

internal static class TestCodec
{
    public static readonly WireCodec Instance = new(new MessageKind(Note.Number100, "note", Note.Read));
}
