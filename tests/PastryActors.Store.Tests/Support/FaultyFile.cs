using PastryActors.Store.Files;

namespace PastryActors.Store.Tests.Support;

/// <summary>A file of a <see cref="FaultyFolder"/>: the bytes as the process sees them, and those that the disk has promised to keep.</summary>
internal sealed class FaultyFile(FaultyFolder folder, byte[] content) : IVolumeFile
{
    private const int SectorBytes = 512;

    private readonly Lock _gate = new();
    private byte[] _live = content;
    private byte[] _durable = content;

    public byte[] Live
    {
        get
        {
            lock (_gate) return [.. _live];
        }
    }

    public long Length
    {
        get
        {
            lock (_gate) return _live.Length;
        }
    }

    /// <summary>Rot: changes bytes behind the store's back.</summary>
    public void Damage(Action<byte[]> change)
    {
        lock (_gate)
        {
            _live = [.. _live];
            change(_live);
            _durable = _live;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        if (folder.Fault("read") is { } error) throw error;
        lock (_gate)
        {
            int count = (int)Math.Clamp(_live.Length - offset, 0, buffer.Length);
            if (count > 0) _live.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        byte[] all = [.. buffers.SelectMany(buffer => buffer.ToArray())];
        try
        {
            folder.Count("write");
        }
        catch (IOException)
        {
            Put(all.AsSpan(0, all.Length / 2), offset);
            throw;
        }

        Put(all, offset);
    }

    public void Truncate(long length)
    {
        folder.Count("truncate");
        lock (_gate)
        {
            byte[] cut = new byte[length];
            _live.AsSpan(0, (int)Math.Min(length, _live.Length)).CopyTo(cut);
            _live = cut;
        }
    }

    public void Sync()
    {
        folder.Count("sync file");
        lock (_gate) _durable = _live;
        folder.FileSyncs++;
    }

    public void Dispose()
    {
    }

    public byte[] AfterPowerLoss(Random random)
    {
        lock (_gate)
        {
            int shorter = Math.Min(_durable.Length, _live.Length);
            int longer = Math.Max(_durable.Length, _live.Length);
            byte[] image = new byte[random.Next(3) switch { 0 => _durable.Length, 1 => _live.Length, _ => random.Next(shorter, longer + 1) }];
            for (int start = 0; start < image.Length; start += SectorBytes)
            {
                Span<byte> sector = image.AsSpan(start, Math.Min(SectorBytes, image.Length - start));
                byte[] before = Part(_durable, start, sector.Length);
                byte[] after = Part(_live, start, sector.Length);
                Survive(sector, before, after, random, promised: start + sector.Length <= _durable.Length && before.AsSpan().SequenceEqual(after));
            }

            return image;
        }
    }

    private static void Survive(Span<byte> sector, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, Random random, bool promised)
    {
        int fate = promised ? 0 : random.Next(8);
        if (fate < 4) after.CopyTo(sector);
        else if (fate < 7) before.CopyTo(sector);
        else CopyChanged(sector, before, after, random);
    }

    /// <summary>Garbage where something was to change; what was durable in the same sector stays.</summary>
    private static void CopyChanged(Span<byte> sector, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, Random random)
    {
        for (int i = 0; i < sector.Length; i++) sector[i] = before[i] == after[i] ? before[i] : (byte)random.Next(256);
    }

    private static byte[] Part(byte[] source, int start, int length)
    {
        byte[] part = new byte[length];
        if (start < source.Length) source.AsSpan(start, Math.Min(length, source.Length - start)).CopyTo(part);
        return part;
    }

    private void Put(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_gate)
        {
            byte[] grown = new byte[Math.Max(_live.Length, offset + bytes.Length)];
            _live.CopyTo(grown, 0);
            bytes.CopyTo(grown.AsSpan((int)offset));
            _live = grown;
        }
    }
}
