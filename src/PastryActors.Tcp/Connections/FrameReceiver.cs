using System.Security.Cryptography;
using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Connections;

/// <summary>What the receiving loop hands on. Called by the loop, one at a time.</summary>
internal interface IFrameHandler
{
    /// <summary>Takes a message that was read; the loop reads on when this is done.</summary>
    ValueTask OnMessageAsync(in FrameHeader header, Message message, MemoryContent? content, TraceParent? trace);

    /// <summary>Takes a frame of the transport itself. Not none if the connection is to end.</summary>
    Refusal OnTransport(FrameHeader header, ReadOnlySpan<byte> body);

    /// <summary>The loop has handed on what it has and is about to wait for more.</summary>
    void OnPause();

    /// <summary>Notes a message that was skipped.</summary>
    void OnSkipped(Refusal reason, string detail);
}

/// <summary>
/// The receiving loop of one connection: cuts the stream into frames, reads messages where they lie in its buffer, and reads content
/// straight into the array in which it stays, hashing each piece while it is in the processor's cache. Limits are checked before
/// anything is allocated.
/// </summary>
internal sealed class FrameReceiver(EngineContext context, Stream stream, IFrameHandler handler, LaneTally tally) : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private long _messages;
    private long _bytes;
    private volatile bool _withinFrame;

    /// <summary>When something was last read, in milliseconds of the tick count.</summary>
    public long LastReadMs { get; private set; } = Environment.TickCount64;

    /// <summary>Whether a frame has begun and not ended.</summary>
    public bool IsWithinFrame => _withinFrame;

    /// <summary>Runs until the peer ends the stream or is refused. Throws what the stream throws.</summary>
    public async Task<Refusal> RunAsync()
    {
        while (true)
        {
            if (!await TryBufferAsync(FrameHeader.SizeBytes)) return Refusal.None;
            Refusal refusal = FrameHeader.TryRead(_buffer.AsSpan(_start), context.Options.MessageBytesMax, context.Options.ContentBytesMax, out FrameHeader header);
            if (refusal != Refusal.None) return refusal;
            _start += FrameHeader.SizeBytes;
            if (!await TryBufferAsync(header.MessageBytes)) return Refusal.None;
            (_messages, _bytes) = (_messages + 1, _bytes + header.FrameBytes);
            if (header.Kind < FrameKind.FirstOfTransport) await TakeMessageAsync(header);
            else if ((refusal = TakeTransport(header)) != Refusal.None) return refusal;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private Refusal TakeTransport(in FrameHeader header)
    {
        ReadOnlySpan<byte> body = TakeBody(header);
        return header.HasContent || header.HasTrace ? Refusal.NotThisProtocol : handler.OnTransport(header, body);
    }

    // Without content there is nothing to wait for but the mailbox, and no state to keep meanwhile.
    private ValueTask TakeMessageAsync(in FrameHeader header)
    {
        TraceParent? trace = header.HasTrace ? TakeTrace() : null;
        bool read = TryReadMessage(header, out Message? message, out Refusal reason, out string detail);
        if (header.HasContent) return TakeContentAsync(header, read ? message : null, trace, reason, detail);
        if (read) return handler.OnMessageAsync(header, message!, null, trace);
        handler.OnSkipped(reason, detail);
        return default;
    }

    // Content of a message that is skipped is read all the same: only so does the loop find the next frame.
    private async ValueTask TakeContentAsync(FrameHeader header, Message? message, TraceParent? trace, Refusal reason, string detail)
    {
        MemoryContent content = await ReadContentAsync(header.ContentBytes);
        _withinFrame = false;
        if (message is not null) await handler.OnMessageAsync(header, message, content, trace);
        else handler.OnSkipped(reason, detail);
    }

    private TraceParent TakeTrace()
    {
        var trace = TraceParent.Read(_buffer.AsSpan(_start));
        _start += TraceParent.SizeBytes;
        return trace;
    }

    // What is left of the message when the trace before it has been taken.
    private ReadOnlySpan<byte> TakeBody(in FrameHeader header)
    {
        int bytes = header.MessageBytes - (header.HasTrace ? TraceParent.SizeBytes : 0);
        ReadOnlySpan<byte> body = _buffer.AsSpan(_start, bytes);
        _start += bytes;
        return body;
    }

    private bool TryReadMessage(in FrameHeader header, out Message? message, out Refusal reason, out string detail)
    {
        ReadOnlySpan<byte> body = TakeBody(header);
        (message, reason) = (null, Refusal.MalformedMessage);
        try
        {
            if (context.Codec.TryRead(header.Kind, body, out message, out detail)) return true;
            if (!context.Knows(header.Kind)) reason = Refusal.UnknownKind;
            return false;
        }
        catch (Exception e)
        {
            // A reader that trips over hostile bytes must cost the message, not the connection of an innocent neighbour on it.
            detail = $"kind {header.Kind}: {e.GetType().Name}";
            return false;
        }
    }

    private async ValueTask<MemoryContent> ReadContentAsync(int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        int have = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, have).CopyTo(bytes);
        _start += have;
        _hash.AppendData(bytes, 0, have);
        if (have < length) Pause();
        while (have < length)
        {
            _withinFrame = true;
            int read = await stream.ReadAsync(bytes.AsMemory(have));
            if (read == 0) throw new EndOfStreamException();
            LastReadMs = Environment.TickCount64;
            _hash.AppendData(bytes, have, read);
            have += read;
        }

        return new MemoryContent(bytes, TakeHash());
    }

    private Hash256 TakeHash()
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        _hash.GetHashAndReset(hash);
        return Hash256.FromBytes(hash);
    }

    /// <summary>Makes sure that <paramref name="needed"/> bytes lie in the buffer; false at the end of the stream.</summary>
    private ValueTask<bool> TryBufferAsync(int needed) => _end - _start >= needed ? new ValueTask<bool>(true) : ReadMoreAsync(needed);

    private async ValueTask<bool> ReadMoreAsync(int needed)
    {
        Pause();
        MakeRoom(needed);
        while (_end - _start < needed)
        {
            _withinFrame = _end > _start || needed > FrameHeader.SizeBytes;
            int read = await stream.ReadAsync(_buffer.AsMemory(_end));
            if (read == 0) return false;
            LastReadMs = Environment.TickCount64;
            _end += read;
        }

        _withinFrame = false;
        return true;
    }

    private void Pause()
    {
        tally.Received(_messages, _bytes);
        (_messages, _bytes) = (0, 0);
        handler.OnPause();
    }

    private void MakeRoom(int needed)
    {
        int held = _end - _start;
        // The usual size again as soon as one large message is through: an idle connection keeps little.
        byte[] target = Math.Max(needed, BufferBytes) == _buffer.Length ? _buffer : new byte[Math.Max(needed, BufferBytes)];
        Buffer.BlockCopy(_buffer, _start, target, 0, held);
        (_buffer, _start, _end) = (target, 0, held);
    }
}
