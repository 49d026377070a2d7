using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Workers;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>Whoever this process inserts for: issues certificates signed with the owner's key.</summary>
public sealed class OwnerIdentity(BatchSigner signer, TimeProvider time)
{
    /// <summary>The owner's public key (SubjectPublicKeyInfo, DER).</summary>
    public Blob PublicKey => signer.PublicKey;

    /// <summary>Signs a certificate whose signature is still empty.</summary>
    public async Task<ObjectCertificate> SignAsync(ObjectCertificate draft)
    {
        ObjectCertificate dated = draft with { Owner = PublicKey, CreatedUnixMilliseconds = Now.ToUnixTimeMilliseconds() };
        return dated with { Signature = await signer.SignAsync(CertificateCodec.DigestOf(dated)).ConfigureAwait(false) };
    }

    /// <summary>A certificate that releases a file and all its parts.</summary>
    public async Task<ReclaimCertificate> ReclaimAsync(FileId file)
    {
        var draft = new ReclaimCertificate(file, PublicKey, Now.ToUnixTimeMilliseconds(), NoSignature);
        return draft with { Signature = await signer.SignAsync(CertificateCodec.DigestOf(draft)).ConfigureAwait(false) };
    }

    /// <summary>The signature of all chunks' certificates of a coded file at once.</summary>
    public async Task<Blob> SealAsync(RowCertificates rows) => (await signer.SignAloneAsync(rows.Root).ConfigureAwait(false)).Value;

    internal static readonly BatchSignature NoSignature = new(default, 0, default);

    internal DateTimeOffset Now => time.GetUtcNow();
}
