using System.Buffers;
using System.Globalization;

namespace PastryActors.Hocon.Schema;

/// <summary>Checks the form of <c>host:port</c> without asking a name server.</summary>
internal static class HostPorts
{
    private const int HostCharsMax = 253;

    private static readonly SearchValues<char> SystemNameChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static bool IsValid(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0
            && IsHost(text.AsSpan(0, colon))
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>The same, or <c>protocol://system@host:port</c> as Akka writes addresses.</summary>
    public static bool IsAddress(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return IsValid(text);
        int at = text.LastIndexOf('@');
        return text.StartsWith("akka.", StringComparison.Ordinal)
            && at > scheme + 3
            && text.AsSpan(scheme + 3, at - scheme - 3).IndexOfAnyExcept(SystemNameChars) < 0
            && IsValid(text[(at + 1)..]);
    }

    /// <summary>Whether only this machine can reach a listener at the address.</summary>
    public static bool IsLoopback(string text)
    {
        string host = text[..Math.Max(text.LastIndexOf(':'), 0)].Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host is ['[', .. ReadOnlySpan<char> inner, ']']) return System.Net.IPAddress.TryParse(inner, out _);
        if (host.Length > HostCharsMax) return false;
        foreach (char c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        }

        return true;
    }
}
