using System.Text;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Wire;

/// <summary>
/// Writes messages in the protobuf wire format (docs/protocol.md) into one growing buffer that is used again and again: the send
/// buffer of a connection is such a writer, so a message is encoded once, where it leaves from. Not safe for two threads.
/// </summary>
public sealed class WireWriter(int capacityBytes = 4096)
{
    private byte[] _buffer = new byte[capacityBytes];

    /// <summary>Number of bytes written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written; keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes back everything after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Room for <paramref name="count"/> raw bytes, which the caller fills now (frame headers).</summary>
    public Span<byte> Reserve(int count)
    {
        Grow(count);
        Span<byte> span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>The bytes from <paramref name="offset"/> on, to be patched.</summary>
    public Span<byte> From(int offset) => _buffer.AsSpan(offset, Length - offset);

    /// <summary>A number; zero is the default and takes no space.</summary>
    public void Number(int field, ulong value)
    {
        if (value == 0) return;
        Tag(field, WireType.Varint);
        Varint(value);
    }

    /// <summary>A flag; false is the default and takes no space.</summary>
    public void Flag(int field, bool value) => Number(field, value ? 1UL : 0UL);

    /// <summary>Bytes; none is the default and takes no space.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        Tag(field, WireType.LengthDelimited);
        Varint((ulong)value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>Text as UTF-8; empty is the default and takes no space.</summary>
    public void Text(int field, string value)
    {
        if (value.Length == 0) return;
        int size = Encoding.UTF8.GetByteCount(value);
        Tag(field, WireType.LengthDelimited);
        Varint((ulong)size);
        Encoding.UTF8.GetBytes(value, Reserve(size));
    }

    /// <summary>An id, always as its 16 bytes.</summary>
    public void Id(int field, RingId value)
    {
        Tag(field, WireType.LengthDelimited);
        Varint(RingId.SizeBytes);
        value.WriteTo(Reserve(RingId.SizeBytes));
    }

    /// <summary>A fileId, always as its 20 bytes.</summary>
    public void Id(int field, FileId value)
    {
        Tag(field, WireType.LengthDelimited);
        Varint(FileId.SizeBytes);
        value.WriteTo(Reserve(FileId.SizeBytes));
    }

    /// <summary>A hash, always as its 32 bytes.</summary>
    public void Hash(int field, Hash256 value)
    {
        Tag(field, WireType.LengthDelimited);
        Varint(Hash256.SizeBytes);
        value.WriteTo(Reserve(Hash256.SizeBytes));
    }

    /// <summary>A node, as a nested message; null takes no space.</summary>
    public void Node(int field, NodeHandle? value)
    {
        if (value is null) return;
        int mark = Begin(field);
        Id(1, value.Id);
        Text(2, value.Address);
        Number(3, value.Incarnation);
        End(mark);
    }

    /// <summary>Nodes, as repeated nested messages.</summary>
    public void Nodes(int field, ReadOnlySpan<NodeHandle> values)
    {
        foreach (NodeHandle value in values) Node(field, value);
    }

    /// <summary>Opens a nested message; give the result to <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, WireType.LengthDelimited);
        Reserve(1);
        return Length;
    }

    /// <summary>Closes the nested message opened by <see cref="Begin"/>.</summary>
    public void End(int mark)
    {
        int size = Length - mark;
        int extra = VarintSize((ulong)size) - 1;
        if (extra > 0)
        {
            // The length was guessed to need one byte; make room for the rest. Rare: small nested messages are the rule.
            Reserve(extra);
            _buffer.AsSpan(mark, size).CopyTo(_buffer.AsSpan(mark + extra));
        }

        WriteVarint(_buffer.AsSpan(mark - 1), (ulong)size);
    }

    private void Tag(int field, WireType type) => Varint(((ulong)(uint)field << 3) | (byte)type);

    private void Varint(ulong value)
    {
        Grow(10);
        Length += WriteVarint(_buffer.AsSpan(Length), value);
    }

    private static int WriteVarint(Span<byte> destination, ulong value)
    {
        int i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }

    private static int VarintSize(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    private void Grow(int count)
    {
        if (_buffer.Length - Length >= count) return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
    }
}

/// <summary>Protobuf wire types: this schema writes the first and the third, and skips the others in messages of a later version.</summary>
internal enum WireType : byte
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    Fixed32 = 5,
}
