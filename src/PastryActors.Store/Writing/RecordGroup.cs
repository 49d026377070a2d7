using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Format;
using PastryActors.Store.Index;

namespace PastryActors.Store.Writing;

/// <summary>A record that waits in the group for its commit.</summary>
/// <param name="Completion">Who is told; null for the store's own records.</param>
/// <param name="Original">For a copy made by compaction: the entry it replaces.</param>
internal readonly record struct StagedRecord(RecordHeader Header, long Offset, long WorkId, IWorkCompletion? Completion, IndexEntry? Original);

/// <summary>
/// The records of one group commit, laid out as the list of buffers that one gathered write takes. Headers, meta and small contents
/// are gathered in blocks that live as long as the group object; large contents are pointed to and not copied.
/// </summary>
internal sealed class RecordGroup
{
    private const int BlockBytes = 256 << 10;

    // Below this a copy is cheaper than pinning one more buffer and handing it to the kernel.
    private const int CopyBytesMax = 4 << 10;

    private readonly List<byte[]> _blocks = [];
    private readonly List<ReadOnlyMemory<byte>> _buffers = [];
    private readonly List<StagedRecord> _records = [];
    private readonly HashSet<FileId> _objects = [];
    private int _block;
    private int _runStart;
    private int _position;

    /// <summary>Bytes of all records.</summary>
    public long Bytes { get; private set; }

    public int Count => _records.Count;

    public List<StagedRecord> Records => _records;

    /// <summary>The whole group, in order.</summary>
    public List<ReadOnlyMemory<byte>> Buffers
    {
        get
        {
            EndRun();
            return _buffers;
        }
    }

    public bool Contains(in FileId id) => _objects.Contains(id);

    public void Add(in StagedRecord record, ulong marker, ReadOnlyMemory<byte> meta, ReadOnlyMemory<byte> content)
    {
        record.Header.WriteTo(Space(RecordHeader.SizeBytes), marker);
        Append(meta);
        Append(content);
        int written = RecordHeader.SizeBytes + meta.Length + content.Length;
        Space((int)(record.Header.RecordLength - written)).Clear();
        Bytes += record.Header.RecordLength;
        _records.Add(record);
        if (record.Header.Kind != RecordKind.Mark) _objects.Add(record.Header.Object);
    }

    public void Clear()
    {
        _buffers.Clear();
        _records.Clear();
        _objects.Clear();
        (Bytes, _block, _runStart, _position) = (0, 0, 0, 0);
    }

    private void Append(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= CopyBytesMax)
        {
            bytes.Span.CopyTo(Space(bytes.Length));
            return;
        }

        EndRun();
        _buffers.Add(bytes);
    }

    /// <summary>Room for some bytes in the current block, or the next.</summary>
    private Span<byte> Space(int count)
    {
        if (_blocks.Count == 0) _blocks.Add(new byte[BlockBytes]);
        if (_position + count > BlockBytes)
        {
            EndRun();
            (_runStart, _position) = (0, 0);
            if (++_block == _blocks.Count) _blocks.Add(new byte[BlockBytes]);
        }

        Span<byte> space = _blocks[_block].AsSpan(_position, count);
        _position += count;
        return space;
    }

    private void EndRun()
    {
        if (_position > _runStart) _buffers.Add(_blocks[_block].AsMemory(_runStart, _position - _runStart));
        _runStart = _position;
    }
}
