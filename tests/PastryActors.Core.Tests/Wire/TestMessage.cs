using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

/// <summary>One field of every type that the wire knows.</summary>
internal sealed record TestMessage : Message
{
    public const byte KindNumber = 100;

    public static readonly MessageKind WireKind = new(KindNumber, nameof(TestMessage), Read);

    public override byte Kind => KindNumber;

    public ulong Number { get; init; }

    public int Small { get; init; }

    public uint Word { get; init; }

    public bool Flag { get; init; }

    public string Text { get; init; } = "";

    public Blob Bytes { get; init; }

    public RingId Id { get; init; }

    public FileId File { get; init; }

    public Hash256 Hash { get; init; }

    public NodeHandle? Node { get; init; }

    public ValueList<NodeHandle> Nodes { get; init; }

    public TestMessage? Inner { get; init; }

    public override void Write(WireWriter writer)
    {
        writer.Number(1, Number);
        writer.Number(2, (ulong)Small);
        writer.Number(3, Word);
        writer.Flag(4, Flag);
        writer.Text(5, Text);
        writer.Bytes(6, Bytes.Span);
        writer.Id(7, Id);
        writer.Id(8, File);
        writer.Hash(9, Hash);
        writer.Node(10, Node);
        writer.Nodes(11, Nodes.Span);
        if (Inner is null) return;
        int mark = writer.Begin(12);
        Inner.Write(writer);
        writer.End(mark);
    }

    public static Message Read(ref WireReader reader) => ReadFields(ref reader);

    private static TestMessage ReadFields(ref WireReader reader)
    {
        var message = new TestMessage();
        List<NodeHandle> nodes = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: message = message with { Number = reader.Number() }; break;
                case 2: message = message with { Small = reader.Int() }; break;
                case 3: message = message with { Word = reader.UInt() }; break;
                case 4: message = message with { Flag = reader.Flag() }; break;
                case 5: message = message with { Text = reader.Text() }; break;
                case 6: message = message with { Bytes = reader.Blob() }; break;
                case 7: message = message with { Id = reader.Id() }; break;
                case 8: message = message with { File = reader.FileId() }; break;
                case 9: message = message with { Hash = reader.Hash() }; break;
                case 10: message = message with { Node = reader.Node() }; break;
                case 11: nodes.Add(reader.Node()); break;
                case 12: message = message with { Inner = ReadInner(reader.Nested()) }; break;
                default: reader.Skip(); break;
            }
        }

        return message with { Nodes = nodes.ToValueList() };
    }

    private static TestMessage ReadInner(WireReader reader) => ReadFields(ref reader);
}
