using System.Net;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Client;
using PastryActors.Node.Dashboard;

namespace PastryActors.Node.Gateway;

/// <summary>
/// Decides who may ask. With a token: whoever bears it, or the cookie that stands for it; the dashboard's own files, which ask for it,
/// are anyone's. Without one, on loopback: any program of this machine, but no web page in its
/// browser, neither by a name that resolves to loopback (the Host header) nor by a form or script of another site (the Origin header).
/// </summary>
internal sealed class GatewayGuard(GatewayOptions options, CrossOrigin others)
{
    private readonly byte[] _cookie = Encoding.UTF8.GetBytes(SessionEndpoints.ValueOf(options.Token));
    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(options.Token));

    /// <summary>Why the request is refused; null if it is not.</summary>
    public Problem? Refusal(HttpRequest request)
    {
        // Whether a process lives is no secret, and whoever probes it has no token.
        if (request.Path == "/healthz" || request.Path == "/readyz") return null;
        if (IsCrossSite(request)) return Problems.Make(403, "forbidden", "the request comes from another site's page");
        if (options.Token.Length > 0)
            return BearsToken(request) || BearsCookie(request) || DashboardEndpoints.Serves(request) ? null : Problems.Make(401, "unauthorized", "this node wants a token: Authorization: Bearer ...");
        return IsLoopback(request.Host.Host) ? null : Problems.Make(403, "forbidden", $"this node answers to 127.0.0.1 and localhost, not to \"{request.Host.Host}\"");
    }

    private bool BearsToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string given = request.Headers.Authorization.ToString();
        // Hashes have one length: comparing them tells nothing about the token's.
        return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..])), _token);
    }

    private bool BearsCookie(HttpRequest request) =>
        request.Cookies[SessionEndpoints.NameOf(request)] is { } given && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _cookie);

    private bool IsCrossSite(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || others.Allows(origin)) return false;
        return !Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) || uri.Authority != request.Host.Value;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
