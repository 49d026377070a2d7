using System.Globalization;
using System.Net;
using System.Text;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>The node's status as a plain page: no script, nothing from elsewhere.</summary>
internal static class StatusPage
{
    public static string Of(NodeStatus status)
    {
        var page = new StringBuilder(4096);
        page.Append("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>Pastry node</title>")
            .Append("<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}td,th{text-align:left;padding:.1em 1em .1em 0}code{font-size:.9em}</style>")
            .Append("<h1>Pastry node</h1><table>");
        Row(page, "nodeId", status.Self.Id.ToString());
        Row(page, "address", status.Self.Address);
        Row(page, "state", status.Active ? "active" : $"not active: waits for {status.WaitsFor}");
        Row(page, "leaf set", status.LeafSetComplete ? "complete" : "not complete");
        Row(page, "objects", string.Create(CultureInfo.InvariantCulture, $"{status.Objects} ({status.Bytes} of {status.CapacityBytes} bytes)"));
        Row(page, "mailbox", status.MailboxDepth.ToString(CultureInfo.InvariantCulture));
        page.Append("</table>");
        Peers(page, "Leaf set, clockwise", status.LeafSetRight);
        Peers(page, "Leaf set, counter-clockwise", status.LeafSetLeft);
        Peers(page, "Neighbourhood set", status.Neighbourhood);
        page.Append("<p>More: <a href=status>status</a>, <a href=ring>ring</a>, <a href=topics>topics</a>, <a href=files>files</a>, <a href=metrics>metrics</a>.");
        return page.ToString();
    }

    private static void Peers(StringBuilder page, string title, IReadOnlyList<PeerStatus> peers)
    {
        page.Append("<h2>").Append(title).Append("</h2><table>");
        foreach (PeerStatus peer in peers)
        {
            string trip = peer.RoundTripMicros is { } micros ? string.Create(CultureInfo.InvariantCulture, $"{micros} &micro;s") : "not measured";
            page.Append("<tr><td><code>").Append(peer.Node.Id).Append("</code><td>").Append(WebUtility.HtmlEncode(peer.Node.Address)).Append("<td>").Append(trip);
        }

        page.Append("</table>");
    }

    // Addresses are peers' words, and so never markup.
    private static void Row(StringBuilder page, string name, string value) =>
        page.Append("<tr><th>").Append(name).Append("<td>").Append(WebUtility.HtmlEncode(value));
}
