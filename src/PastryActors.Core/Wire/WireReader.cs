using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Wire;

/// <summary>What a peer sent is not a message of this protocol. Never leaves the codec: it becomes a counted refusal.</summary>
public sealed class WireFormatException(string message) : Exception(message);

/// <summary>
/// Reads one message in the protobuf wire format. Every length is checked against what is there before anything is allocated;
/// anything malformed is a <see cref="WireFormatException"/>. Unknown fields are skipped: a later version may add some.
/// </summary>
public ref struct WireReader(ReadOnlySpan<byte> data, WireCodec codec)
{
    private ReadOnlySpan<byte> _rest = data;
    private WireType _type;

    /// <summary>No count, sequence, term or epoch goes beyond this, so that adding to one never overflows, whatever a peer claims.</summary>
    public const ulong NumberMax = 1UL << 62;

    /// <summary>Number of the field that the reader stands on.</summary>
    public int Field { get; private set; }

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The codec that reads messages nested in this one.</summary>
    public WireCodec Codec { get; } = codec;

    /// <summary>Steps to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue) throw new WireFormatException("a field number out of range");
        Field = (int)(tag >> 3);
        _type = (WireType)(tag & 7);
        return true;
    }

    /// <summary>Skips the value of a field that is not known.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case WireType.Varint: Varint(); break;
            case WireType.Fixed64: Take(8); break;
            case WireType.LengthDelimited: Delimited(); break;
            case WireType.Fixed32: Take(4); break;
            default: throw new WireFormatException("an unknown wire type");
        }
    }

    public ulong Number()
    {
        Expect(WireType.Varint);
        return Varint();
    }

    /// <summary>A number within <see cref="NumberMax"/>.</summary>
    public ulong Limited()
    {
        ulong value = Number();
        return value <= NumberMax ? value : throw new WireFormatException("a number beyond 2^62");
    }

    /// <summary>A number that must fit an Int32 and not be negative.</summary>
    public int Int()
    {
        ulong value = Number();
        return value <= int.MaxValue ? (int)value : throw new WireFormatException("a number out of range");
    }

    public uint UInt()
    {
        ulong value = Number();
        return value <= uint.MaxValue ? (uint)value : throw new WireFormatException("a number out of range");
    }

    public bool Flag() => Number() != 0;

    /// <summary>The bytes of the field, as a view of the input.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(WireType.LengthDelimited);
        return Delimited();
    }

    /// <summary>The bytes of the field, copied.</summary>
    public Blob Blob() => new(Bytes().ToArray());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public RingId Id() => RingId.FromBytes(Exactly(RingId.SizeBytes));

    public FileId FileId() => Ring.FileId.FromBytes(Exactly(Ring.FileId.SizeBytes));

    public Hash256 Hash() => Hash256.FromBytes(Exactly(Hash256.SizeBytes));

    /// <summary>A reader over the nested message of the field.</summary>
    public WireReader Nested() => new(Bytes(), Codec);

    public NodeHandle Node()
    {
        WireReader reader = Nested();
        RingId? id = null;
        string address = "";
        uint incarnation = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Id(); break;
                case 2: address = reader.Address(); break;
                case 3: incarnation = reader.UInt(); break;
                default: reader.Skip(); break;
            }
        }

        return new NodeHandle(id ?? throw new WireFormatException("a node without an id"), address, incarnation);
    }

    private string Address()
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return bytes.Length <= NodeHandle.AddressBytesMax ? Encoding.UTF8.GetString(bytes) : throw new WireFormatException("an address that is too long");
    }

    private ReadOnlySpan<byte> Exactly(int size)
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return bytes.Length == size ? bytes : throw new WireFormatException("an id or hash of the wrong size");
    }

    private readonly void Expect(WireType type)
    {
        if (_type != type) throw new WireFormatException("a field of the wrong wire type");
    }

    private ReadOnlySpan<byte> Delimited()
    {
        ulong size = Varint();
        return size <= (ulong)_rest.Length ? Take((int)size) : throw new WireFormatException("a length beyond the end");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw new WireFormatException("a value beyond the end");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            byte b = _rest[i];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new WireFormatException("a varint without an end");
    }
}
