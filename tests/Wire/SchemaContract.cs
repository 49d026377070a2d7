using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;

namespace PastryActors.Tests.Wire;

/// <summary>
/// Holds what one layer writes and reads against its published schema, by way of Google's own implementation. A layer derives from
/// it with its schema file, its kinds, a sample of each kind, and a translation of each kind into the schema's message; its test project
/// takes this folder in by a link.
/// </summary>
public abstract class SchemaContract
{
    private const int SamplesPerKind = 200;

    /// <summary>The compiled schema file: an enum of kinds first, and a message named as each kind is.</summary>
    protected abstract FileDescriptor Schema { get; }

    /// <summary>The kinds that the layer lists for the codec.</summary>
    protected abstract IReadOnlyList<MessageKind> Kinds { get; }

    /// <summary>Reads them, and whatever they may nest.</summary>
    protected abstract WireCodec Codec { get; }

    /// <summary>A message of a kind, drawn at random, extremes among them.</summary>
    protected abstract Message Sample(byte kind, RandomSource random);

    /// <summary>The same values as the schema's message.</summary>
    protected abstract IMessage Translate(Message message);

    [Fact]
    public void The_schema_lists_exactly_the_kinds_of_the_code()
    {
        IEnumerable<(int, string)> listed =
            from value in Schema.EnumTypes[0].Values
            where value.Number != 0
            select (value.Number, Plain(value.Name));
        Assert.Equal(Kinds.Select(k => ((int)k.Number, Plain(k.Name))).Order(), listed.Order());
    }

    [Fact]
    public void What_the_code_writes_Google_reads_as_the_same_values() => ForEverySample((kind, message) =>
        Assert.Equal(Translate(message), ParserOf(kind).ParseFrom(Encode(message).Span)));

    [Fact]
    public void What_Google_writes_the_code_reads_as_the_same_values() => ForEverySample((kind, message) =>
        Assert.Equal(message, Codec.Read(kind.Number, Translate(message).ToByteArray())));

    [Fact]
    public void What_the_code_writes_the_code_reads() => ForEverySample((kind, message) =>
        Assert.Equal(message, Codec.Read(kind.Number, Encode(message).Span)));

    [Fact]
    public void A_field_of_a_later_version_is_skipped_in_every_kind() => ForEverySample((kind, message) =>
        Assert.Equal(message, Codec.Read(kind.Number, [.. Encode(message).Span, 0xfa, 0x3e, 0x01, 0xff])));

    [Fact]
    public void A_message_cut_off_or_changed_anywhere_is_read_or_refused_with_a_reason()
    {
        var random = new RandomSource(1);
        ForEverySample((kind, message) =>
        {
            byte[] bytes = Encode(message).ToArray();
            if (bytes.Length == 0) return;
            AssertReadOrRefused(kind, bytes.AsSpan(0, random.Next(bytes.Length)));
            for (int change = 0; change < 3; change++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            AssertReadOrRefused(kind, bytes);
        });
    }

    /// <summary>The bytes of a message, without the frame around it.</summary>
    protected static ReadOnlyMemory<byte> Encode(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        return writer.Written;
    }

    private void AssertReadOrRefused(MessageKind kind, ReadOnlySpan<byte> bytes)
    {
        if (Codec.TryRead(kind.Number, bytes, out Message message, out string refusal)) Assert.Equal(kind.Number, message.Kind);
        else Assert.NotEmpty(refusal);
    }

    private void ForEverySample(Action<MessageKind, Message> check)
    {
        foreach (MessageKind kind in Kinds)
        {
            var random = new RandomSource(kind.Number);
            for (int i = 0; i < SamplesPerKind; i++) check(kind, Sample(kind.Number, random));
        }
    }

    private MessageParser ParserOf(MessageKind kind) => Schema.MessageTypes.Single(m => Plain(m.Name) == Plain(kind.Name)).Parser;

    // A schema writes NAME_OF_A_KIND and NameOfAKind, a layer may write name-of-a-kind: the words count, not how they are joined.
    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
