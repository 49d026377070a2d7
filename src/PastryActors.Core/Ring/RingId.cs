using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace PastryActors.Core.Ring;

/// <summary>
/// A point on the ring of 2^128: the nodeId of a node, or the key of a message. Ids order by value; distances wrap around
/// (Rowstron and Druschel, Middleware 2001, section 2).
/// </summary>
public readonly record struct RingId(UInt128 Value) : IComparable<RingId>
{
    /// <summary>Size of an id on the wire and on disk, in bytes.</summary>
    public const int SizeBytes = 16;

    /// <summary>Number of bits of an id.</summary>
    public const int SizeBits = 128;

    /// <summary>The digit at <paramref name="index"/> (0 is the most significant) in base 2^<paramref name="bits"/> (the paper's b).</summary>
    public int Digit(int index, int bits)
    {
        int shift = SizeBits - ((index + 1) * bits);
        return (int)(ulong)((shift >= 0 ? Value >> shift : Value << -shift) & ((UInt128.One << bits) - 1));
    }

    /// <summary>The paper's shl: how many leading digits of base 2^<paramref name="bits"/> the two ids share; 128/b when they are equal.</summary>
    public int SharedPrefixLength(RingId other, int bits)
    {
        UInt128 difference = Value ^ other.Value;
        ulong high = (ulong)(difference >> 64);
        int zeros = high != 0 ? BitOperations.LeadingZeroCount(high) : 64 + BitOperations.LeadingZeroCount((ulong)difference);
        return zeros / bits;
    }

    /// <summary>How far one walks clockwise (towards larger ids, wrapping) from here to <paramref name="other"/>.</summary>
    public UInt128 ClockwiseTo(RingId other) => unchecked(other.Value - Value);

    /// <summary>The distance on the ring: the shorter of the two ways round.</summary>
    public UInt128 DistanceTo(RingId other)
    {
        UInt128 clockwise = ClockwiseTo(other);
        UInt128 counter = other.ClockwiseTo(this);
        return clockwise < counter ? clockwise : counter;
    }

    /// <summary>
    /// Whether <paramref name="a"/> is strictly closer to this key than <paramref name="b"/>. Of two at the same distance on either
    /// side the smaller id is the closer: every node must break the tie the same way, or a key has two roots.
    /// </summary>
    public bool IsCloser(RingId a, RingId b)
    {
        UInt128 da = DistanceTo(a);
        UInt128 db = DistanceTo(b);
        return da != db ? da < db : a.Value < b.Value;
    }

    /// <summary>Whether this id lies on the arc walked clockwise from <paramref name="from"/> to <paramref name="to"/>, both ends included.</summary>
    public bool IsBetween(RingId from, RingId to) => from.ClockwiseTo(this) <= from.ClockwiseTo(to);

    /// <summary>This id moved clockwise by <paramref name="by"/>, wrapping.</summary>
    public RingId Plus(UInt128 by) => new(unchecked(Value + by));

    /// <inheritdoc/>
    public int CompareTo(RingId other) => Value.CompareTo(other.Value);

    public static bool operator <(RingId a, RingId b) => a.Value < b.Value;
    public static bool operator >(RingId a, RingId b) => a.Value > b.Value;
    public static bool operator <=(RingId a, RingId b) => a.Value <= b.Value;
    public static bool operator >=(RingId a, RingId b) => a.Value >= b.Value;

    /// <summary>Reads an id from its 16 big-endian bytes; longer input is truncated to its most significant bytes, as hashes are.</summary>
    public static RingId FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the 16 big-endian bytes.</summary>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Parses exactly 32 hexadecimal digits, of either case.</summary>
    public static bool TryParse(string? text, out RingId id)
    {
        // The parser of numbers alone would also take digits with zero characters behind them.
        bool isHex = text is { Length: 32 } && text.All(char.IsAsciiHexDigit);
        id = isHex ? new RingId(UInt128.Parse(text!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)) : default;
        return isHex;
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
