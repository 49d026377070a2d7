using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// Encodes messages into the batch that one write sends. Small content is copied into the batch, because a system call costs more
/// than the copy; of large content only the beginning is,
/// which fills a record of TLS and lets no header travel alone: the rest is left for a write of its own, from the memory where it lies.
/// </summary>
internal sealed class FrameEncoder(EngineContext context, LocalTable local, int peerMessageBytesMax, int peerContentBytesMax)
{
    /// <summary>A batch is written when it has grown to this: the most that is worth one system call.</summary>
    public const int BatchBytes = 64 * 1024;

    /// <summary>What TLS encrypts at once.</summary>
    private const int RecordBytes = 16 * 1024;
    private const int CopiedContentBytesMax = RecordBytes;
    private const int KeptBufferBytesMax = 4 * BatchBytes;

    private WireWriter _batch = new(4096);

    /// <summary>What is to be written.</summary>
    public ReadOnlyMemory<byte> Batch => _batch.Written;

    /// <summary>Whether the batch is large enough to be written.</summary>
    public bool IsFull => _batch.Length >= BatchBytes;

    /// <summary>Whether a node could not be announced because no index is left: only a new connection helps.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Forgets what was written; gives back a buffer that one unusual message made large.</summary>
    public void Clear()
    {
        if (_batch.Length > KeptBufferBytesMax) _batch = new WireWriter(4096);
        else _batch.Clear();
    }

    /// <summary>
    /// Adds a message. True if it was added; then <paramref name="direct"/> is what of its content is to be written right behind the batch.
    /// </summary>
    public bool TryAdd(in SendItem item, out ReadOnlyMemory<byte> direct)
    {
        direct = default;
        if (item.Message is null) return AddWithdrawal(item.Source);
        if (!local.TryGetIndex(item.Source, out ushort source) && !TryAnnounce(item.Source, out source)) return false;
        int contentBytes = item.Content?.Length ?? 0;
        int start = _batch.Length;
        if (contentBytes > peerContentBytesMax || !TryWrite(item.Message, item.Trace, start))
        {
            context.DeadLetters.Add(DeadLetterReason.NotSendable, item.Message, null);
            return false;
        }

        int messageBytes = _batch.Length - start - FrameHeader.SizeBytes;
        new FrameHeader(item.Message.Kind, item.Content is not null, source, item.Target, messageBytes, contentBytes) { HasTrace = item.Trace is not null }.WriteTo(_batch.From(start));
        if (contentBytes > 0) direct = AddContent(item.Content!.Bytes);
        return true;
    }

    /// <summary>Adds the last frame.</summary>
    public void AddGoodbye(Refusal reason) => Goodbye.Write(_batch, reason);

    private ReadOnlyMemory<byte> AddContent(ReadOnlyMemory<byte> bytes)
    {
        int copied = bytes.Length <= CopiedContentBytesMax ? bytes.Length : RecordBytes - (_batch.Length % RecordBytes);
        bytes.Span[..copied].CopyTo(_batch.Reserve(copied));
        return bytes[copied..];
    }

    private bool TryWrite(Message message, TraceParent? trace, int start)
    {
        _batch.Reserve(FrameHeader.SizeBytes);
        try
        {
            trace?.WriteTo(_batch.Reserve(TraceParent.SizeBytes));
            message.Write(_batch);
        }
        catch (Exception)
        {
            // A message that cannot be written is its sender's fault, and must not take the others' connection down.
            _batch.Truncate(start);
            return false;
        }

        bool allowed = message.Kind < FrameKind.FirstOfTransport && _batch.Length - start - FrameHeader.SizeBytes <= peerMessageBytesMax;
        if (!allowed) _batch.Truncate(start);
        return allowed;
    }

    private bool TryAnnounce(TcpNode node, out ushort index)
    {
        index = 0;
        if (node.IsStopped || !local.TryAnnounce(node, context.Options.NodesPerProcessMax, out AnnouncedNode? announced))
        {
            IsExhausted = !node.IsStopped;
            context.DeadLetters.Add(DeadLetterReason.NotSendable, null, node.Handle);
            return false;
        }

        AddTransport(FrameKind.Announce, 0, new Announcement([], [announced]).Write);
        index = (ushort)announced.Index;
        return true;
    }

    private bool AddWithdrawal(TcpNode node)
    {
        if (!local.TryWithdraw(node, out ushort index)) return false;
        AddTransport(FrameKind.Withdraw, index, static _ => { });
        return true;
    }

    private void AddTransport(byte kind, ushort source, Action<WireWriter> write)
    {
        int start = _batch.Length;
        _batch.Reserve(FrameHeader.SizeBytes);
        write(_batch);
        new FrameHeader(kind, HasContent: false, source, 0, _batch.Length - start - FrameHeader.SizeBytes, 0).WriteTo(_batch.From(start));
    }
}
