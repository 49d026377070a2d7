using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PastryActors.Core.Ring;
using PastryActors.Engine;

namespace PastryActors.Tcp.Identity;

/// <summary>
/// The process as its peers' TLS sees it: a self-signed certificate made at start-up from a node's key. Only the key in it counts;
/// names, chains and times are ignored on both sides, so a wrong clock locks nobody out.
/// </summary>
internal sealed class ProcessIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public ProcessIdentity(NodeKey key)
    {
        Key = key;
        Id = key.NodeId;
        _certificate = key.Use(static ecdsa =>
        {
            var request = new CertificateRequest("CN=pastry-node", ecdsa, HashAlgorithmName.SHA256);
            using X509Certificate2 made = request.CreateSelfSigned(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        });
        Context = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The key that the certificate is made from.</summary>
    public NodeKey Key { get; }

    /// <summary>Orders processes, to break the tie of two that dial each other at once.</summary>
    public RingId Id { get; }

    /// <summary>The certificate, prepared once for all connections.</summary>
    public SslStreamCertificateContext Context { get; }

    public void Dispose() => _certificate.Dispose();
}
