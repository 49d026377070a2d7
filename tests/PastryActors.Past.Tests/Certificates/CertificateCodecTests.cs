using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Certificates;

public sealed class CertificateCodecTests
{
    private static readonly ObjectCertificate Certificate = Make.File("name", Make.Content("hello")) with
    {
        Signature = new BatchSignature(new byte[64], 5, [Hash256.Of([1]), Hash256.Of([2]), Hash256.Of([3])]),
    };

    [Fact]
    public void A_certificate_comes_back_as_it_was() =>
        Assert.Equal(Certificate, CertificateCodec.TryDecodeCertificate(CertificateCodec.Encode(Certificate), out _));

    [Fact]
    public void A_tombstone_comes_back_as_it_was()
    {
        var tombstone = new Tombstone(Certificate, Make.Reclaim(Certificate.File));
        Assert.Equal(tombstone, CertificateCodec.TryDecodeTombstone(CertificateCodec.Encode(tombstone), out _));
    }

    [Fact]
    public void Random_bytes_are_refused_with_a_reason_and_nothing_is_thrown()
    {
        var random = new RandomSource(1);
        for (int round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(80)];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.NextUInt64();
            if (CertificateCodec.TryDecodeCertificate(bytes, out string refusal) is null) Assert.NotEmpty(refusal);
            CertificateCodec.TryDecodeTombstone(bytes, out _);
        }
    }

    [Fact]
    public void A_certificate_with_any_byte_changed_is_refused_or_has_another_digest_or_signature()
    {
        byte[] good = CertificateCodec.Encode(Certificate);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x41;
            ObjectCertificate? decoded = CertificateCodec.TryDecodeCertificate(bad, out _);
            bool caught = decoded is null || decoded.Signature != Certificate.Signature || CertificateCodec.DigestOf(decoded) != CertificateCodec.DigestOf(Certificate);
            Assert.True(caught, $"byte {i}");
        }
    }

    [Fact]
    public void Every_prefix_is_read_or_refused()
    {
        byte[] good = CertificateCodec.Encode(new Tombstone(Certificate, Make.Reclaim(Certificate.File)));
        for (int i = 0; i < good.Length; i++) CertificateCodec.TryDecodeTombstone(good.AsSpan(0, i), out _);
    }

    [Fact]
    public void The_digest_covers_every_field_but_the_signature()
    {
        Hash256 digest = CertificateCodec.DigestOf(Certificate);
        ObjectCertificate[] changed =
        [
            Certificate with { Kind = ObjectKind.FileTree },
            Certificate with { File = default },
            Certificate with { Name = "other" },
            Certificate with { Owner = Keys.Mallory },
            Certificate with { ContentHash = default },
            Certificate with { ContentLength = 6 },
            Certificate with { FileSize = 6 },
            Certificate with { Replicas = 2 },
            Certificate with { Salt = default },
            Certificate with { CreatedUnixMilliseconds = 5 },
            Certificate with { ContentType = "text/html" },
        ];
        Assert.All(changed, c => Assert.NotEqual(digest, CertificateCodec.DigestOf(c)));
        Assert.Equal(digest, CertificateCodec.DigestOf(Certificate with { Signature = new BatchSignature(default, 0, default) }));
    }

    [Fact]
    public void A_path_beyond_the_bound_is_refused()
    {
        var path = new Hash256[MerkleBatch.PathLengthMax + 1];
        ObjectCertificate deep = Certificate with { Signature = new BatchSignature(new byte[64], 0, new(path)) };
        Assert.Null(CertificateCodec.TryDecodeCertificate(CertificateCodec.Encode(deep), out string refusal));
        Assert.Contains("path", refusal);
    }
}
