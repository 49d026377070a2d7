using PastryActors.Core.Collections;

namespace PastryActors.Core.Wire;

/// <summary>
/// Takes fields of one message into one array, made to measure when all are known: a batch of small ones costs one object, and whoever
/// keeps the batch keeps no byte beside them. Whoever keeps one of them alone for long copies it, or keeps its neighbours too.
/// </summary>
/// <param name="message">All of the message.</param>
public ref struct BlobPack(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly List<(int Start, int Length)> _parts = [];
    private byte[]? _packed;
    private int _length;
    private int _taken;
    private int _offset;

    /// <summary>Makes room for so many fields at once.</summary>
    public readonly void Expect(int count) => _parts.EnsureCapacity(count);

    /// <summary>Adds a field of the message; what is not one is refused.</summary>
    public void Add(scoped ReadOnlySpan<byte> field)
    {
        int start = 0;
        if (!field.IsEmpty && !_message.Overlaps(field, out start)) throw new ArgumentException("not a part of the message", nameof(field));
        _parts.Add((start, field.Length));
        _length += field.Length;
    }

    /// <summary>The next field, in the order in which they were added; all are added before the first is taken.</summary>
    public Blob Take()
    {
        _packed ??= Pack();
        int length = _parts[_taken++].Length;
        _offset += length;
        return new Blob(_packed.AsMemory(_offset - length, length));
    }

    private readonly byte[] Pack()
    {
        byte[] packed = GC.AllocateUninitializedArray<byte>(_length);
        int at = 0;
        foreach ((int start, int length) in _parts)
        {
            _message.Slice(start, length).CopyTo(packed.AsSpan(at));
            at += length;
        }

        return packed;
    }
}
