using System.Runtime.CompilerServices;

namespace PastryActors.Core.Wire;

/// <summary>Reads messages of a closed set of kinds. Immutable: one codec serves every thread of a process.</summary>
public sealed class WireCodec
{
    /// <summary>Version of the schema; a peer that speaks another major version is refused in the handshake.</summary>
    public const int Version = 1;

    private readonly MessageKind?[] _kinds = new MessageKind?[byte.MaxValue + 1];

    /// <summary>A codec of all the kinds that the layers list.</summary>
    public WireCodec(params IEnumerable<MessageKind> kinds)
    {
        foreach (MessageKind kind in kinds)
        {
            if (_kinds[kind.Number] is { } twin) throw new ArgumentException($"message kind {kind.Number} is both {twin.Name} and {kind.Name}", nameof(kinds));
            _kinds[kind.Number] = kind;
        }
    }

    /// <summary>Every kind that this codec reads, by number.</summary>
    public IEnumerable<MessageKind> Kinds => _kinds.OfType<MessageKind>();

    /// <summary>Reads one message. False, with a reason, for a kind that is not known or for bytes that are not of this kind.</summary>
    public bool TryRead(byte kind, ReadOnlySpan<byte> body, out Message message, out string refusal)
    {
        try
        {
            message = Read(kind, body);
            refusal = "";
            return true;
        }
        catch (WireFormatException malformed)
        {
            message = null!;
            refusal = malformed.Message;
            return false;
        }
    }

    /// <summary>Reads one message, or throws <see cref="WireFormatException"/>: for messages nested in others.</summary>
    public Message Read(byte kind, ReadOnlySpan<byte> body)
    {
        // Messages nest, and the stack's end is no exception that anyone could catch: a peer must not reach it.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new WireFormatException("messages nested too deeply");
        MessageKind known = _kinds[kind] ?? throw new WireFormatException($"message kind {kind} is not known");
        var reader = new WireReader(body, this);
        return known.Read(ref reader);
    }
}
