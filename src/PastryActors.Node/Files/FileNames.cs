using System.Text;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>Which names files may bear.</summary>
public static class FileNames
{
    /// <summary>1 to 1024 bytes of UTF-8, no control characters (they would let a name lie in a terminal), no broken surrogates.</summary>
    public static bool IsValid(string name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name) is >= 1 and <= CertificateRules.NameBytesMax && !name.Any(char.IsControl);
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
