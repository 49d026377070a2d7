using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Tests.Testing;

/// <summary>Objects and certificates of the tests.</summary>
internal static class Make
{
    public static MemoryContent Content(string text) => new(Encoding.UTF8.GetBytes(text));

    public static ObjectCertificate File(string name, MemoryContent content, int replicas = 3, Blob? owner = null, Blob? signer = null)
    {
        Blob key = owner ?? Keys.Alice;
        Blob salt = FileIds.DeriveSalt(Hash256.Of(Encoding.UTF8.GetBytes(name)), 1, 0);
        FileId id = FileIds.OfFile(name, key.Span, salt.Span);
        var unsigned = new ObjectCertificate(
            ObjectKind.File, id, name, key, content.Hash, content.Length, content.Length, replicas, salt, 1_700_000_000_000, "text/plain", Unsigned);
        return Signed(unsigned, signer ?? key);
    }

    public static ObjectCertificate Chunk(FileId file, MemoryContent content, int replicas = 3, Blob? owner = null)
    {
        Blob key = owner ?? Keys.Alice;
        var unsigned = new ObjectCertificate(ObjectKind.Chunk, file, "", key, content.Hash, content.Length, content.Length, replicas, default, 0, "", Unsigned);
        return Signed(unsigned, key);
    }

    public static ReclaimCertificate Reclaim(FileId file, Blob? owner = null, Blob? signer = null)
    {
        var unsigned = new ReclaimCertificate(file, owner ?? Keys.Alice, 1, Unsigned);
        return unsigned with { Signature = Keys.Sign(signer ?? unsigned.Owner, CertificateCodec.DigestOf(unsigned)) };
    }

    public static ObjectCertificate Signed(ObjectCertificate certificate, Blob signer) =>
        certificate with { Signature = Keys.Sign(signer, CertificateCodec.DigestOf(certificate)) };

    private static BatchSignature Unsigned => new(default, 0, default);
}
