using System.Security.Cryptography;
using PastryActors.Core.Collections;

namespace PastryActors.Node.Workers;

/// <summary>Public keys as people hand them on: SubjectPublicKeyInfo (DER) in base64, of the curve that all signatures here are of.</summary>
public static class PublicKeys
{
    /// <summary>The text of a key.</summary>
    public static string Format(Blob key) => Convert.ToBase64String(key.Span);

    /// <summary>Reads a key. Throws <see cref="InvalidDataException"/> for a text that is none.</summary>
    public static Blob Parse(string text)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(text);
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(bytes, out int read);
            if (read == bytes.Length && key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value) return bytes;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // Said below.
        }

        throw new InvalidDataException("this is not a public key (P-256, SubjectPublicKeyInfo in base64), as pastry owner create prints it");
    }
}
