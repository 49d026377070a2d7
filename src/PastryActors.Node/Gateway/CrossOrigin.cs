namespace PastryActors.Node.Gateway;

/// <summary>
/// Lets the pages of named other sites ask (CORS, WHATWG Fetch section 3.3). Nobody's may unless configured. A named site's page needs the
/// token like anyone else where there is one: the cookie stays with this node's own pages.
/// </summary>
internal sealed class CrossOrigin(IReadOnlyCollection<string> origins)
{
    private const string Methods = "GET, HEAD, PUT, POST, DELETE";
    private const string RequestHeaders = "Authorization, Content-Type, Range, If-Range, If-Match, If-None-Match, Last-Event-ID, X-Request-Id";
    private const string ResponseHeaders = "ETag, Content-Range, Content-Disposition, Location, Retry-After, X-File-Size, X-Chunk-Size, X-Request-Id";
    private readonly HashSet<string> _origins = new(origins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a site's pages may ask.</summary>
    public bool Allows(string origin) => _origins.Contains(origin);

    /// <summary>Marks the answer for the site's page; true if the request only asks whether it may (a preflight), and is answered with that.</summary>
    public bool Answer(HttpContext context)
    {
        string origin = context.Request.Headers.Origin.ToString();
        if (_origins.Count > 0) context.Response.Headers.Vary = "Origin";
        if (origin.Length == 0 || !Allows(origin)) return false;
        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.AccessControlExposeHeaders = ResponseHeaders;
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0) return false;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
