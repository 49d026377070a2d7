using System.Buffers.Binary;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Wire;

/// <summary>
/// Writes and reads the messages of links. Those of the handshake have numbered fields as all messages of the project have
/// (docs/protocol-akka.md); frames have a fixed head, so that a piece costs one copy. Any bytes may come in.
/// </summary>
internal static class LinkCodec
{
    /// <summary>Chance in a nonce: 256 bits cannot repeat.</summary>
    public const int NonceBytes = 32;

    private const int FrameHeadBytes = 5;

    /// <summary>Beside the lane in the first byte of a frame.</summary>
    private const byte TraceFlag = 0x80;
    private const int DetailCharsMax = 200;
    private static readonly WireCodec NoKinds = new();

    /// <summary>The letter of a message's kind.</summary>
    public static string ManifestOf(LinkMessage message) => message switch
    {
        Hello => "h",
        Challenge => "c",
        Proof => "p",
        Welcome => "w",
        Refused => "r",
        Goodbye => "g",
        Whole => "m",
        Beginning => "b",
        Piece => "d",
        Credit => "k",
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "a message of no known kind"),
    };

    /// <summary>Writes a message.</summary>
    public static byte[] Write(LinkMessage message) => message switch
    {
        Whole whole => Framed(whole, 1, whole.Body.Span, span => span[0] = whole.Kind),
        Beginning begin => Framed(begin, 9, [], span =>
        {
            span[0] = begin.Kind;
            BinaryPrimitives.WriteInt32LittleEndian(span[1..], begin.MessageBytes);
            BinaryPrimitives.WriteInt32LittleEndian(span[5..], begin.ContentBytes);
        }),
        Piece piece => Framed(piece, 0, piece.Bytes.Span, null),
        _ => Fields(message),
    };

    /// <summary>Reads a message.</summary>
    /// <exception cref="WireFormatException">The letter is not known, or the bytes are not of its kind.</exception>
    public static LinkMessage Read(string manifest, ReadOnlyMemory<byte> bytes) => manifest switch
    {
        "h" => ReadHello(bytes.Span),
        "c" => ReadChallenge(bytes.Span),
        "p" => ReadProof(bytes.Span),
        "w" => new Welcome(ReadNonce(bytes.Span)),
        "r" => ReadRefused(bytes.Span),
        "g" => ReadGoodbye(bytes.Span),
        "k" => ReadCredit(bytes.Span),
        "m" or "b" or "d" => ReadFrame(manifest, bytes),
        _ => throw new WireFormatException("no message of a link has this letter"),
    };

    private delegate void HeadWriter(Span<byte> head);

    private static byte[] Framed(Frame frame, int headBytes, ReadOnlySpan<byte> body, HeadWriter? head)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(FrameHeadBytes + headBytes + body.Length);
        bytes[0] = (byte)((byte)frame.Lane | (frame.HasTrace ? TraceFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1), frame.Sequence);
        head?.Invoke(bytes.AsSpan(FrameHeadBytes));
        body.CopyTo(bytes.AsSpan(FrameHeadBytes + headBytes));
        return bytes;
    }

    private static Frame ReadFrame(string manifest, ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int head = FrameHeadBytes + (manifest == "m" ? 1 : manifest == "b" ? 9 : 0);
        if (span.Length < head || (span[0] & ~TraceFlag) > (byte)Lane.Bulk) throw new WireFormatException("a frame is shorter than its head, or of no known lane");
        (var lane, bool hasTrace) = ((Lane)(span[0] & ~TraceFlag), (span[0] & TraceFlag) != 0);
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(span[1..]);
        span = span[FrameHeadBytes..];
        (Frame frame, int messageBytes) = manifest switch
        {
            "m" => (new Whole(lane, sequence, span[0], bytes[head..]) { HasTrace = hasTrace }, bytes.Length - head),
            "b" => (new Beginning(lane, sequence, span[0], BinaryPrimitives.ReadInt32LittleEndian(span[1..]), BinaryPrimitives.ReadInt32LittleEndian(span[5..])) { HasTrace = hasTrace }, BinaryPrimitives.ReadInt32LittleEndian(span[1..])),
            _ => ((Frame)new Piece(lane, sequence, bytes[head..]), 0),
        };
        return hasTrace && messageBytes < TraceParent.SizeBytes ? throw new WireFormatException("a frame says that it has a trace, and has no room for one") : frame;
    }

    private static byte[] Fields(LinkMessage message)
    {
        var writer = new WireWriter(512);
        switch (message)
        {
            case Hello hello:
                writer.Text(1, hello.Ring);
                writer.Number(2, hello.Version);
                writer.Node(3, hello.Asker);
                writer.Id(4, hello.Target);
                writer.Bytes(5, hello.Nonce);
                break;
            case Challenge challenge:
                writer.Node(1, challenge.Node);
                writer.Bytes(2, challenge.AskersNonce);
                writer.Bytes(3, challenge.Nonce);
                writer.Bytes(4, challenge.PublicKey);
                writer.Bytes(5, challenge.Signature);
                writer.Number(6, challenge.MessageBytesMax);
                writer.Number(7, challenge.ContentBytesMax);
                break;
            case Proof proof:
                writer.Bytes(1, proof.Nonce);
                writer.Bytes(2, proof.PublicKey);
                writer.Bytes(3, proof.Signature);
                break;
            case Welcome welcome:
                writer.Bytes(1, welcome.Nonce);
                break;
            case Goodbye goodbye:
                writer.Flag(1, goodbye.IsGone);
                break;
            case Refused refused:
                writer.Bytes(1, refused.AskersNonce);
                writer.Number(2, (byte)refused.Reason);
                writer.Text(3, refused.Detail.Length > DetailCharsMax ? refused.Detail[..DetailCharsMax] : refused.Detail);
                break;
            case Credit credit:
                writer.Number(1, (byte)credit.Lane);
                writer.Number(2, credit.Taken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message, "a message of no known kind");
        }

        return writer.Written.ToArray();
    }

    private static Hello ReadHello(ReadOnlySpan<byte> bytes)
    {
        (string ring, uint version, NodeHandle? asker, RingId target, byte[] nonce) = ("", 0, null, default, []);
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: ring = reader.Text(); break;
                case 2: version = reader.UInt(); break;
                case 3: asker = reader.Node(); break;
                case 4: target = reader.Id(); break;
                case 5: nonce = reader.Bytes().ToArray(); break;
                default: reader.Skip(); break;
            }
        }

        return asker is not null && nonce.Length == NonceBytes
            ? new Hello(ring, version, asker, target, nonce)
            : throw new WireFormatException("a greeting names no asker, or has a nonce of another length");
    }

    private static Challenge ReadChallenge(ReadOnlySpan<byte> bytes)
    {
        NodeHandle? node = null;
        (byte[] theirs, byte[] nonce, byte[] key, byte[] signature, uint message, uint content) = ([], [], [], [], 0, 0);
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: node = reader.Node(); break;
                case 2: theirs = reader.Bytes().ToArray(); break;
                case 3: nonce = reader.Bytes().ToArray(); break;
                case 4: key = reader.Bytes().ToArray(); break;
                case 5: signature = reader.Bytes().ToArray(); break;
                case 6: message = reader.UInt(); break;
                case 7: content = reader.UInt(); break;
                default: reader.Skip(); break;
            }
        }

        return node is not null && nonce.Length == NonceBytes
            ? new Challenge(node, theirs, nonce, key, signature, message, content)
            : throw new WireFormatException("a challenge names no node, or has a nonce of another length");
    }

    private static Proof ReadProof(ReadOnlySpan<byte> bytes)
    {
        (byte[] nonce, byte[] key, byte[] signature) = ([], [], []);
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: nonce = reader.Bytes().ToArray(); break;
                case 2: key = reader.Bytes().ToArray(); break;
                case 3: signature = reader.Bytes().ToArray(); break;
                default: reader.Skip(); break;
            }
        }

        return new Proof(nonce, key, signature);
    }

    private static byte[] ReadNonce(ReadOnlySpan<byte> bytes)
    {
        byte[] nonce = [];
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            if (reader.Field == 1) nonce = reader.Bytes().ToArray();
            else reader.Skip();
        }

        return nonce;
    }

    private static Goodbye ReadGoodbye(ReadOnlySpan<byte> bytes)
    {
        bool gone = false;
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            if (reader.Field == 1) gone = reader.Flag();
            else reader.Skip();
        }

        return new Goodbye(gone);
    }

    private static Refused ReadRefused(ReadOnlySpan<byte> bytes)
    {
        (byte[] nonce, uint reason, string detail) = ([], 0, "");
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: nonce = reader.Bytes().ToArray(); break;
                case 2: reason = reader.UInt(); break;
                case 3: detail = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        return new Refused(nonce, reason <= (uint)LinkRefusal.NotThisProtocol ? (LinkRefusal)reason : LinkRefusal.NotThisProtocol, detail);
    }

    private static Credit ReadCredit(ReadOnlySpan<byte> bytes)
    {
        (uint lane, ulong taken) = (0, 0);
        var reader = new WireReader(bytes, NoKinds);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: lane = reader.UInt(); break;
                case 2: taken = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return lane <= (uint)Lane.Bulk ? new Credit((Lane)lane, taken) : throw new WireFormatException("a credit for no known lane");
    }
}
