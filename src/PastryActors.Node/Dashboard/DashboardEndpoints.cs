using Microsoft.Net.Http.Headers;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Dashboard;

/// <summary>The dashboard over HTTP: / is its page, /dashboard/NAME what the page is made of.</summary>
internal sealed class DashboardEndpoints(DashboardFiles files)
{
    private const string Prefix = "/dashboard/";

    /// <summary>
    /// The page may load this node's own scripts and styles and talk to this node, and nothing else; and no text can become markup or
    /// script in it, even by a mistake of its own (trusted types without a policy).
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; " +
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (string method in (string[])["GET", "HEAD"])
        {
            routes.Handle(method, "/", context => Task.FromResult(Answer(context, "index.html"))).ExcludeFromDescription();
            routes.Handle(method, Prefix + "{name}", context => Task.FromResult(Answer(context, (string)context.Request.RouteValues["name"]!))).ExcludeFromDescription();
        }
    }

    /// <summary>Whether a request wants a file of the dashboard, which holds no secret.</summary>
    public static bool Serves(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && (request.Path == "/" || request.Path.StartsWithSegments("/dashboard", StringComparison.Ordinal));

    private IResult Answer(HttpContext context, string name)
    {
        if (files.Find(name) is not { } file) return Problems.Result(Problems.Make(StatusCodes.Status404NotFound, "not-found", "the dashboard has no such file"));
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        // Asked anew each time, answered in a line: after an upgrade nobody has half an old page.
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(file.Content, file.ContentType, entityTag: EntityTagHeaderValue.Parse(file.Tag));
    }
}
