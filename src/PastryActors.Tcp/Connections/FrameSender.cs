using PastryActors.Core.Content;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// The sending loop of one connection: takes messages from the queue, encodes as many as there are into a batch, writes the batch
/// with one call, and ends with a farewell when the queue is closed and empty.
/// </summary>
internal sealed class FrameSender(SendQueue queue, FrameEncoder encoder, Stream stream, LaneTally tally)
{
    private long _writeBeganMs;
    private MemoryContent? _large;
    private ReadOnlyMemory<byte> _direct;

    /// <summary>Since when a write has been under way, in milliseconds of the tick count; 0 if none is.</summary>
    public long WriteBeganMs => Volatile.Read(ref _writeBeganMs);

    /// <summary>When something was last written, in milliseconds of the tick count.</summary>
    public long LastWriteMs { get; private set; } = Environment.TickCount64;

    /// <summary>Runs until the queue is closed and empty. Throws what the stream throws.</summary>
    /// <param name="farewell">Tells, at the end, the reason to give.</param>
    public async Task RunAsync(Func<Refusal> farewell)
    {
        while (true)
        {
            int messages = FillBatch();
            if (messages > 0 || !encoder.Batch.IsEmpty)
            {
                await WriteBatchAsync(messages);
                continue;
            }

            if (queue.IsClosed && queue.Count == 0) break;
            if (encoder.IsExhausted) queue.Close();
            await queue.WaitAsync();
        }

        encoder.AddGoodbye(farewell());
        await WriteBatchAsync(messages: 0);
    }

    private int FillBatch()
    {
        int messages = 0;
        while (!encoder.IsFull && _large is null && queue.TryDequeue(out SendItem item))
        {
            if (encoder.TryAdd(item, out _direct)) messages++;
            // What waits to be written directly still holds its room in the queue.
            if (!_direct.IsEmpty) _large = item.Content;
            else if (item.Content is { } content) queue.Written(content);
        }

        return messages;
    }

    private async ValueTask WriteBatchAsync(int messages)
    {
        long bytes = encoder.Batch.Length + _direct.Length;
        Volatile.Write(ref _writeBeganMs, Environment.TickCount64);
        await stream.WriteAsync(encoder.Batch);
        if (_large is not null)
        {
            await stream.WriteAsync(_direct);
            queue.Written(_large);
            (_large, _direct) = (null, default);
        }

        Volatile.Write(ref _writeBeganMs, 0);
        LastWriteMs = Environment.TickCount64;
        encoder.Clear();
        tally.Sent(messages, bytes);
    }
}
