using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Requests;
using PastryActors.Scribe.Requests;
using PastryActors.Streams.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>Turns what the node says into the documents of the surface.</summary>
internal static class Documents
{
    public static FileReceipt Of(FileInserted done, TimeSpan took)
    {
        ObjectCertificate c = done.Certificate;
        List<ReplicaReceipt> receipts = [];
        foreach (StoreReceipt receipt in done.Receipts) receipts.Add(new ReplicaReceipt(receipt.HolderId.ToString(), receipt.Diverted));
        return new FileReceipt(
            c.File.ToString(), c.Name, c.FileSize, c.Replicas, done.ContentHash.ToString(), receipts,
            [.. done.Salts.Select(s => Convert.ToHexStringLower(s.Span))], done.AlreadyHeld, Math.Round(took.TotalSeconds, 3));
    }

    public static FileDescription Of(FileWhereabouts found, IReadOnlyList<string> advice)
    {
        ObjectCertificate c = found.Certificate;
        return new FileDescription(
            c.File.ToString(), c.Name, c.FileSize, c.Replicas, found.Chunks, Hash256.Of(c.Owner.Span).ToString(), TimeOf(c.CreatedUnixMilliseconds),
            c.ContentType, found.ContentHash.ToString(), [.. found.Holders.Select(h => Of(h, found.At))], found.ReplicasAlive,
            c.ModifiedUnixMilliseconds == 0 ? null : TimeOf(c.ModifiedUnixMilliseconds), c.Mode == 0 ? null : FileModes.ToText(c.Mode), advice,
            found.Code.IsNone ? null : found.Code.ToString(), found.Code.IsNone ? null : found.ChunksMissing);
    }

    public static OwnedFile Of(JournalEntry entry) => new(entry.FileId, entry.Name, entry.Size, entry.K, TimeOf(entry.UnixMilliseconds));

    public static UnfinishedFile Of(UnfinishedPut put) => new(put.File.ToString(), put.Name, put.Size < 0 ? null : put.Size, put.K, put.Parts, put.Begun, put.LastAt, put.Running);

    public static TopicDescription Of(TopicStatus t) => new(
        t.Topic.ToString(), t.Name, t.IsRoot, t.Parent is null ? null : NameOf(t.Parent), [.. t.Children.Select(NameOf)], t.Subscribers, t.LastSequence,
        t.Delivered, t.Gaps, t.Duplicates)
    { Settings = TopicSettingsText.Of(t.Settings) };

    public static ChannelDescription Of(ChannelStatus c) => new(
        c.Channel.ToString(), c.Name, c.Watchers, c.Publishes, c.Delivered, c.Lost, c.Refused,
        [.. c.Stripes.Select(s => new StripeDescription(s.Index, s.Place, s.Parent is null ? null : NameOf(s.Parent), [.. s.Children.Select(NameOf)], s.Last))]);

    public static RouteTrace Of(RingId key, ValueList<TracedHop> hops) => new(
        key.ToString(), hops.Count == 0 ? "" : hops[hops.Count - 1].Node.Id.ToString(),
        [.. hops.Select(h => new RouteHop(h.Node.Id.ToString(), h.Node.Address, h.RoundTripMicros))]);

    public static NodeDescription Of(NodeStatus s, string version, TimeSpan uptime) => new(
        s.Self.Id.ToString(), s.Self.Address, Environment.ProcessId, version, s.Active, s.LeafSetComplete, s.WaitsFor, Math.Round(uptime.TotalSeconds, 1),
        Of(s.LeafSetLeft), Of(s.LeafSetRight), [.. s.RoutingTable.Select(r => new TableRow(r.PrefixDigits, Of(r.Entries)))], Of(s.Neighbourhood),
        s.Objects, s.Bytes, s.CapacityBytes, s.MailboxDepth, s.Counters)
    { Leaving = s.Leaving };

    public static NodeName NameOf(NodeHandle node) => new(node.Id.ToString(), node.Address);

    public static FileHolder Of(HolderReport h, DateTimeOffset at) => new(
        h.Node.Id.ToString(), h.Node.Address, JsonNamingPolicy.KebabCaseLower.ConvertName(h.State.ToString()), at - h.VerifiedAgo, h.DivertedTo?.Id.ToString());

    private static Peer[] Of(IReadOnlyList<PeerStatus> peers) => [.. peers.Select(p => new Peer(p.Node.Id.ToString(), p.Node.Address, p.RoundTripMicros))];

    public static DateTimeOffset TimeOf(long unixMilliseconds) =>
        // Certificates are strangers' words: a time beyond the calendar is clamped to it.
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(unixMilliseconds, 0, 253_402_300_799_999));
}
