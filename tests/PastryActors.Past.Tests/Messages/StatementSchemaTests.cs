using Google.Protobuf;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Tests.Wire;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Past.Tests.Messages;

/// <summary>
/// Statements outlive messages: they lie on disk, and their signatures cover their very bytes. So here it is not enough that the two
/// implementations read the same values: whoever has nothing but docs/wire/past.proto must come to the same digest.
/// </summary>
public sealed class StatementSchemaTests
{
    private const int Samples = 500;

    [Fact]
    public void What_an_owner_signs_of_an_object_is_what_Google_writes_without_the_signature() => ForEverySample(random =>
    {
        ObjectCertificate certificate = MessageSamples.Certificate(random);
        Schema::ObjectCertificate unsigned = StatementTranslation.Translate(certificate);
        unsigned.Signature = null;
        unsigned.Debit = false;
        Assert.Equal(DigestOf("PAST object certificate 1\n"u8, unsigned), CertificateCodec.DigestOf(certificate));
    });

    [Fact]
    public void What_an_owner_signs_to_reclaim_is_what_Google_writes_without_the_signature() => ForEverySample(random =>
    {
        ReclaimCertificate certificate = MessageSamples.Reclaim(random);
        Schema::ReclaimCertificate unsigned = StatementTranslation.Translate(certificate);
        unsigned.Signature = null;
        Assert.Equal(DigestOf("PAST reclaim certificate 1\n"u8, unsigned), CertificateCodec.DigestOf(certificate));
    });

    [Fact]
    public void What_a_holder_signs_is_what_Google_writes_without_the_signature() => ForEverySample(random =>
    {
        StoreReceipt receipt = MessageSamples.Receipt(random);
        Schema::StoreReceipt unsigned = StatementTranslation.Translate(receipt);
        unsigned.Signature = null;
        Assert.Equal(DigestOf("PAST store receipt 1\n"u8, unsigned), CertificateCodec.DigestOf(receipt));
    });

    [Fact]
    public void What_a_node_signs_that_released_an_object_is_what_Google_writes_without_the_signature() => ForEverySample(random =>
    {
        ReclaimReceipt receipt = MessageSamples.ReclaimReceipt(random);
        Schema::ReclaimReceipt unsigned = StatementTranslation.Translate(receipt);
        unsigned.Signature = null;
        Assert.Equal(DigestOf("PAST reclaim receipt 1\n"u8, unsigned), CertificateCodec.DigestOf(receipt));
    });

    [Fact]
    public void A_certificate_on_disk_is_the_schemas_message_to_the_byte() => ForEverySample(random =>
    {
        ObjectCertificate certificate = MessageSamples.Certificate(random);
        byte[] written = StatementTranslation.Translate(certificate).ToByteArray();
        Assert.Equal(written, CertificateCodec.Encode(certificate));
        Assert.Equal(certificate, CertificateCodec.TryDecodeCertificate(written, out _));
    });

    [Fact]
    public void A_tombstone_on_disk_is_the_schemas_message_to_the_byte() => ForEverySample(random =>
    {
        Tombstone tombstone = MessageSamples.Tombstone(random);
        byte[] written = StatementTranslation.Translate(tombstone).ToByteArray();
        Assert.Equal(written, CertificateCodec.Encode(tombstone));
        Assert.Equal(tombstone, CertificateCodec.TryDecodeTombstone(written, out _));
    });

    [Fact]
    public void A_pointer_on_disk_is_the_schemas_message_to_the_byte() => ForEverySample(random =>
    {
        var pointer = new HolderPointer(MessageSamples.Certificate(random), random.Node());
        byte[] written = StatementTranslation.Translate(pointer).ToByteArray();
        Assert.Equal(written, CertificateCodec.Encode(pointer));
        Assert.Equal(pointer, CertificateCodec.TryDecodePointer(written, out _));
    });

    private static Hash256 DigestOf(ReadOnlySpan<byte> tag, IMessage unsigned) => Hash256.Of([.. tag, .. unsigned.ToByteArray()]);

    private static void ForEverySample(Action<RandomSource> check)
    {
        var random = new RandomSource(15);
        for (int i = 0; i < Samples; i++) check(random);
    }
}
