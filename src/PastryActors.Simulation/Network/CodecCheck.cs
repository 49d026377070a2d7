using PastryActors.Core.Wire;

namespace PastryActors.Simulation.Network;

/// <summary>Sends messages through their wire form, so that what a codec forgets is missed in the simulation and not in a ring.</summary>
internal sealed class CodecCheck(WireCodec codec)
{
    private readonly WireWriter _writer = new();

    /// <summary>The bytes of the message last written.</summary>
    public ReadOnlySpan<byte> Written => _writer.Written.Span;

    /// <summary>Writes a message and reads it back; answers what is wrong, or null.</summary>
    public string? TryRoundTrip(Message message, out Message read)
    {
        _writer.Clear();
        message.Write(_writer);
        if (!codec.TryRead(message.Kind, Written, out read, out string refusal)) return $"the codec does not read its own {message.GetType().Name}: {refusal}";
        return read.Equals(message) ? null : $"the codec does not keep {message}, but reads {read}";
    }
}
