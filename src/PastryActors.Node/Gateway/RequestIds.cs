using System.Security.Cryptography;

namespace PastryActors.Node.Gateway;

/// <summary>Gives every request an id that its answer and the log repeat (X-Request-Id): the asker's own where it sent a plausible one.</summary>
internal static class RequestIds
{
    private const string Header = "X-Request-Id";
    private const int CharsMax = 64;

    /// <summary>Sets the id of a request.</summary>
    public static void Assign(HttpContext context)
    {
        string given = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = IsPlausible(given) ? given : RandomNumberGenerator.GetHexString(16, lowercase: true);
        context.Response.Headers[Header] = context.TraceIdentifier;
    }

    // It goes into logs and headers as it is.
    private static bool IsPlausible(string id) => id.Length is > 0 and <= CharsMax && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
