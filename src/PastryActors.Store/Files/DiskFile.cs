using Microsoft.Win32.SafeHandles;

namespace PastryActors.Store.Files;

/// <summary>A real file, read and written at offsets, so that no position is shared between threads.</summary>
internal sealed class DiskFile(string path, FileMode mode) : IVolumeFile
{
    // FileShare.Delete: a compacted volume is deleted while a reader may still be in it.
    private readonly SafeFileHandle _handle = OpenHandle(path, mode);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> buffer, long offset)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = RandomAccess.Read(_handle, buffer[filled..], offset + filled);
            if (read == 0) break;
            filled += read;
        }

        return filled;
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset) => RandomAccess.Write(_handle, buffers, offset);

    public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle OpenHandle(string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}
