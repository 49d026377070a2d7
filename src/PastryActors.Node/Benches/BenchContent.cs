using System.Buffers.Binary;

namespace PastryActors.Node.Benches;

/// <summary>Content of a given length, made as it is read: random bytes with the file's number and the offset in each block, so that no two blocks of a bench are equal.</summary>
internal sealed class BenchContent(long number, long length) : Stream
{
    private const int BlockBytes = 64 * 1024;

    private static readonly byte[] Noise = MakeNoise();

    private const int StampBytes = 2 * sizeof(long);

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(Math.Min(buffer.Length, BlockBytes - (_position % BlockBytes)), length - _position);
        if (count <= 0) return 0;
        int start = (int)(_position % BlockBytes);
        Noise.AsSpan(start, count).CopyTo(buffer);
        if (start < StampBytes)
        {
            Span<byte> stamp = stackalloc byte[StampBytes];
            BinaryPrimitives.WriteInt64LittleEndian(stamp, number);
            BinaryPrimitives.WriteInt64LittleEndian(stamp[sizeof(long)..], _position / BlockBytes);
            stamp[start..Math.Min(StampBytes, start + count)].CopyTo(buffer);
        }

        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) =>
        _position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] MakeNoise()
    {
        byte[] noise = new byte[BlockBytes];
        new Random(1).NextBytes(noise);
        return noise;
    }
}
