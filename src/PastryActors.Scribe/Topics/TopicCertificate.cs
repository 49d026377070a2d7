using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Topics;

/// <summary>
/// A creator's signed statement about a topic (the credentials of the paper's create, JSAC 2002, III-A). Whoever holds the creator's key
/// may change who publishes and subscribes, by a certificate that says a later time.
/// </summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Creator">The creator's public key, SubjectPublicKeyInfo (DER).</param>
/// <param name="CreatedUnixMilliseconds">The creator's clock when it signed.</param>
/// <param name="Signature">The creator's, over <see cref="Digest"/>.</param>
public sealed record TopicCertificate(string Topic, TopicSettings Settings, Blob Creator, ulong CreatedUnixMilliseconds, BatchSignature Signature)
{
    /// <summary>Longest public key that anyone accepts, in bytes: that of P-256 has 91.</summary>
    private const int CreatorBytesMax = 256;

    // A tag before the fields: a signature over one kind of statement can never pass for another.
    private static ReadOnlySpan<byte> Tag => "Scribe topic certificate 1\n"u8;

    /// <summary>What the creator signs: SHA-256 over a tag and all fields but the signature.</summary>
    public Hash256 Digest()
    {
        var writer = new WireWriter(512);
        Tag.CopyTo(writer.Reserve(Tag.Length));
        WriteStatement(writer);
        return Hash256.Of(writer.Written.Span);
    }

    /// <summary>The claim to be verified before the certificate is believed.</summary>
    public SignatureClaim Claim() => new(Creator, Digest(), Signature);

    /// <summary>Answers what is wrong with what it says, or null. The signature is a worker's to check.</summary>
    public string? Problem() => TopicName.Problem(Topic) ?? Settings.Problem() ?? (Creator.IsEmpty ? "a certificate without its creator" : null);

    internal void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        WriteStatement(writer);
        writer.Signature(15, Signature);
        writer.End(mark);
    }

    internal static TopicCertificate Read(WireReader reader)
    {
        (string topic, TopicSettings settings, Blob creator, ulong created, BatchSignature? signature) = ("", TopicSettings.Default, default(Blob), 0UL, null);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Name(); break;
                case 2: settings = reader.Settings(); break;
                case 3: creator = reader.Blob(); break;
                case 4: created = reader.Limited(); break;
                case 15: signature = reader.Signature(); break;
                default: reader.Skip(); break;
            }
        }

        if (creator.Length > CreatorBytesMax) throw new WireFormatException($"a public key of more than {CreatorBytesMax} bytes");
        return new TopicCertificate(topic, settings, creator, created, signature ?? throw new WireFormatException("a certificate without a signature"));
    }

    private void WriteStatement(WireWriter writer)
    {
        writer.Text(1, Topic);
        writer.Settings(2, Settings);
        writer.Bytes(3, Creator.Span);
        writer.Number(4, CreatedUnixMilliseconds);
    }
}
