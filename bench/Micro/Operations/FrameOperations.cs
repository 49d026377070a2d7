using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Micro.Operations;

/// <summary>Frames of 100 bytes as a connection writes and reads them, without its stream: header, message, and back.</summary>
internal sealed class FrameOperations
{
    public const int Frames = 256;

    private const int LimitBytes = 1 << 20;

    private readonly WireCodec _codec = new(PastryWire.Kinds);
    private readonly WireWriter _batch = new(64 * 1024);
    private readonly ApplicationMessage _message = new(1, new byte[100]);

    public FrameOperations() => Write();

    /// <summary>Writes <see cref="Frames"/> frames into one batch.</summary>
    public void Write()
    {
        _batch.Clear();
        for (int i = 0; i < Frames; i++)
        {
            int start = _batch.Length;
            _batch.Reserve(FrameHeader.SizeBytes);
            _message.Write(_batch);
            new FrameHeader(_message.Kind, HasContent: false, 1, 2, _batch.Length - start - FrameHeader.SizeBytes, 0).WriteTo(_batch.From(start));
        }
    }

    /// <summary>Reads the batch again; answers how many frames it has.</summary>
    public int Read()
    {
        ReadOnlySpan<byte> rest = _batch.Written.Span;
        int read = 0;
        for (; !rest.IsEmpty; read++)
        {
            if (FrameHeader.TryRead(rest, LimitBytes, LimitBytes, out FrameHeader header) != Refusal.None) throw new InvalidOperationException("no frame");
            _codec.Read(header.Kind, rest.Slice(FrameHeader.SizeBytes, header.MessageBytes));
            rest = rest[(int)header.FrameBytes..];
        }

        return read;
    }
}
