using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PastryActors.Akka.Tests.Support;

/// <summary>The certificate of a ring, with its private key.</summary>
internal static class RingCertificate
{
    public static X509Certificate2 Make(string name) => X509CertificateLoader.LoadPkcs12(MakePkcs12(name), null);

    /// <summary>As the bytes of a file that <c>pastry.akka.certificate</c> may name.</summary>
    public static byte[] MakePkcs12(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return made.Export(X509ContentType.Pkcs12);
    }
}
