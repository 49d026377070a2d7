using System.Security.Cryptography;
using System.Text;

namespace PastryActors.Node.Gateway;

/// <summary>
/// /session: whoever bears the token gets a cookie that stands for it, for a browser's event streams, sockets and downloads, which
/// carry no header of a page's choice. The cookie is no token: a program that reads it cannot tell the token from it.
/// </summary>
internal sealed class SessionEndpoints(GatewayOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("POST", "/session", context => Task.FromResult(Open(context))).Says("openSession", "Gives whoever bears the token a cookie that stands for it.", ApiAnswer.None(StatusCodes.Status204NoContent));
        routes.Handle("DELETE", "/session", context => Task.FromResult(Close(context))).Says("closeSession", "Takes the cookie back.", ApiAnswer.None(StatusCodes.Status204NoContent));
    }

    /// <summary>The cookie's name: browsers tell hosts apart but not ports, and a machine runs several nodes.</summary>
    public static string NameOf(HttpRequest request) => $"pastry-{request.Host.Port ?? 80}";

    /// <summary>The cookie's value.</summary>
    public static string ValueOf(string token) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "pastry session"u8));

    private IResult Open(HttpContext context)
    {
        if (options.Token.Length > 0) context.Response.Cookies.Append(NameOf(context.Request), ValueOf(options.Token), Rules(context));
        return TypedResults.NoContent();
    }

    private static IResult Close(HttpContext context)
    {
        context.Response.Cookies.Delete(NameOf(context.Request), Rules(context));
        return TypedResults.NoContent();
    }

    private static CookieOptions Rules(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };
}
