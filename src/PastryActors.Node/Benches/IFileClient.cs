using System.Diagnostics;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Node.Files;

namespace PastryActors.Node.Benches;

/// <summary>What came of reading a file.</summary>
/// <param name="Bytes">How long it is.</param>
/// <param name="FirstByte">From the question to its first byte; of an empty file, to its end.</param>
internal readonly record struct FileRead(long Bytes, TimeSpan FirstByte);

/// <summary>How the bench of files speaks with the ring.</summary>
internal interface IFileClient : IAsyncDisposable
{
    /// <summary>Inserts a file of this size with content that no other has; answers its fileId.</summary>
    Task<string> InsertAsync(string name, Stream content, int replicas, CancellationToken stop);

    /// <summary>Reads a whole file.</summary>
    Task<FileRead> ReadAsync(string file, CancellationToken stop);
}

/// <summary>Files over a node in this process.</summary>
internal sealed class NodeFileClient(BenchNode node) : IFileClient
{
    public async Task<string> InsertAsync(string name, Stream content, int replicas, CancellationToken stop)
    {
        var file = new InsertFile(name, "application/octet-stream", replicas, content.Length);
        return (await node.Services.Inserter.InsertAsync(file, content, new InsertProgress(), stop).ConfigureAwait(false)).File.ToString();
    }

    public async Task<FileRead> ReadAsync(string file, CancellationToken stop)
    {
        var clock = new ReadClock();
        if (!FileId.TryParse(file, out FileId id)) throw new ArgumentException($"\"{file}\" is no fileId", nameof(file));
        OpenFile open = await node.Services.Reader.OpenAsync(id, stop).ConfigureAwait(false);
        await foreach (ReadOnlyMemory<byte> piece in node.Services.Reader.ReadAsync(open, 0, open.Size, stop).ConfigureAwait(false)) clock.Take(piece.Length);
        return clock.End();
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();
}

/// <summary>Files over the gateway of another process.</summary>
internal sealed class GatewayFileClient(Uri gateway) : IFileClient
{
    private const int BufferBytes = 128 * 1024;

    private readonly PastryClient _client = new(gateway);

    public async Task<string> InsertAsync(string name, Stream content, int replicas, CancellationToken stop) =>
        (await _client.Past.InsertAsync(name, content, replicas, null, stop).ConfigureAwait(false)).FileId;

    public async Task<FileRead> ReadAsync(string file, CancellationToken stop)
    {
        var clock = new ReadClock();
        await using Stream content = await _client.Past.LookupAsync(file, null, stop).ConfigureAwait(false);
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await content.ReadAsync(buffer, stop).ConfigureAwait(false) is > 0 and int read) clock.Take(read);
            return clock.End();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}

/// <summary>Counts a read from its beginning.</summary>
internal sealed class ReadClock
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan? _first;
    private long _bytes;

    public void Take(int bytes)
    {
        _first ??= Stopwatch.GetElapsedTime(_started);
        _bytes += bytes;
    }

    public FileRead End() => new(_bytes, _first ?? Stopwatch.GetElapsedTime(_started));
}
