using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using PastryActors.Engine;

namespace PastryActors.Akka;

/// <summary>
/// Reads addresses of nodes on this engine: what Akka writes (<c>akka.tcp://system@host:port</c>) or, for seeds, <c>host:port</c> alone, which
/// means a system of this one's name.
/// </summary>
internal static class PeerAddresses
{
    /// <summary>Whether a message can be sent there from an actor system with the address <paramref name="self"/>. Any text may come in, also from a stranger.</summary>
    public static bool TryParse(string text, Address self, [MaybeNullWhen(false)] out Address address)
    {
        address = null;
        if (PeerAddress.TryParse(text, out string host, out int port))
        {
            address = new Address(self.Protocol, self.System, host, port);
            return true;
        }

        int at = text.LastIndexOf('@');
        if (at < 0 || !PeerAddress.TryParse(text[(at + 1)..], out host, out port)) return false;
        string scheme = self.Protocol + "://";
        if (!text.StartsWith(scheme, StringComparison.Ordinal)) return false;
        string name = text[scheme.Length..at];
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return false;
        address = new Address(self.Protocol, name, host, port);
        return true;
    }
}
