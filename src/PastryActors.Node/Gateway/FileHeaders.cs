using Microsoft.Net.Http.Headers;
using PastryActors.Client;
using PastryActors.Node.Files;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Gateway;

/// <summary>The headers by which a file is known to its reader.</summary>
internal static class FileHeaders
{
    public const string AnyBytes = "application/octet-stream";

    public static void Write(HttpContext context, OpenFile file)
    {
        ResponseHeadersFor(context.Response.Headers, file, context.Request.Query.ContainsKey("download"));
        // What an owner wrote into the certificate is only believed if it is a media type.
        bool plausible = MediaTypeHeaderValue.TryParse(file.Certificate.ContentType, out _) && file.Certificate.ContentType.All(char.IsAscii);
        context.Response.ContentType = plausible ? file.Certificate.ContentType : AnyBytes;
    }

    /// <summary>Whether the reader has this very content already.</summary>
    public static bool IsUnchanged(HttpContext context, OpenFile file)
    {
        foreach (EntityTagHeaderValue tag in context.Request.GetTypedHeaders().IfNoneMatch)
        {
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(file), useStrongComparison: false)) return true;
        }

        return false;
    }

    /// <summary>Whether the reader wants this very content, if it named any (If-Match).</summary>
    public static bool IsWanted(HttpContext context, OpenFile file)
    {
        IList<EntityTagHeaderValue> wanted = context.Request.GetTypedHeaders().IfMatch;
        return wanted.Count == 0 || wanted.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(file), useStrongComparison: true));
    }

    public static EntityTagHeaderValue TagOf(OpenFile file) => new($"\"{file.ContentHash}\"");

    private static void ResponseHeadersFor(IHeaderDictionary headers, OpenFile file, bool asDownload)
    {
        headers.ETag = TagOf(file).ToString();
        headers.AcceptRanges = "bytes";
        // A file never changes under its id.
        headers.CacheControl = "private, max-age=31536000, immutable";
        headers["X-File-Size"] = file.Size.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // With it a reader can build the hash tree again and compare its top with the ETag.
        if (file.Top is { } top) headers["X-Chunk-Size"] = top.ChunkSizeBytes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        WriteMetadata(headers, file.Certificate);
        // Both forms of the name (RFC 6266): one for readers that know only ASCII. A name with slashes is a path, and a path is no file's name.
        var disposition = new ContentDispositionHeaderValue(asDownload ? "attachment" : "inline");
        disposition.SetHttpFileName(file.Certificate.Name[(file.Certificate.Name.LastIndexOf('/') + 1)..]);
        headers.ContentDisposition = disposition.ToString();
        // Stored pages and scripts are strangers' content: they must not act as this origin.
        headers.ContentSecurityPolicy = "sandbox";
    }

    // Last-Modified has whole seconds, and nothing before 1970 or beyond the calendar; the other says what the owner said.
    private static void WriteMetadata(IHeaderDictionary headers, ObjectCertificate certificate)
    {
        if (certificate.Mode != 0) headers["X-File-Mode"] = FileModes.ToText(certificate.Mode);
        if (certificate.ModifiedUnixMilliseconds == 0) return;
        headers["X-File-Modified"] = certificate.ModifiedUnixMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers.LastModified = Documents.TimeOf(certificate.ModifiedUnixMilliseconds).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
    }
}
