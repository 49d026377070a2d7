using System.Globalization;
using System.Net;

namespace PastryActors.Engine;

/// <summary>Reads addresses of the form host:port, where host is a name, an IPv4 address or an IPv6 address in brackets.</summary>
public static class PeerAddress
{
    private const int LengthMax = 255;

    /// <summary>Whether <paramref name="text"/> is an address that can be dialled. Any text may come in, also from a stranger.</summary>
    public static bool TryParse(string? text, out string host, out int port)
    {
        (host, port) = ("", 0);
        if (text is null || text.Length > LengthMax) return false;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)) return false;
        string name = text[..colon];
        bool bracketed = name.StartsWith('[') && name.EndsWith(']');
        if (bracketed) name = name[1..^1];
        if (bracketed != name.Contains(':') || !IsHost(name, bracketed)) return false;
        (host, port) = (name, number);
        return true;
    }

    /// <summary>The address as text.</summary>
    public static string Format(string host, int port) => host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The address as something that can be dialled.</summary>
    public static EndPoint ToEndPoint(string host, int port) =>
        IPAddress.TryParse(host, out IPAddress? ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);

    /// <summary>Addresses reach logs and the resolver: nothing but the characters of a host name may pass.</summary>
    private static bool IsHost(string name, bool bracketed)
    {
        if (name.Length == 0) return false;
        if (bracketed) return IPAddress.TryParse(name, out _) && !name.Contains('%');
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        }

        return true;
    }
}
