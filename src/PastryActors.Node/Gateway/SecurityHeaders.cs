namespace PastryActors.Node.Gateway;

/// <summary>What every answer tells a browser: guess no type, load nothing, show it in no other site's frame, give no other site its content.</summary>
internal static class SecurityHeaders
{
    /// <summary>Sets them; what answers with a page of its own sets its own policy over this one.</summary>
    public static void Write(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }
}
