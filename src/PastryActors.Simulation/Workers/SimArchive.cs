using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Scribe.History;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Workers;

/// <summary>
/// Keeps the history of topics in the PAST of the node that asks, as a real host does: by requests to the node itself, for the owner of
/// the node's applications.
/// </summary>
/// <param name="replicas">On how many nodes a segment is kept.</param>
/// <param name="answer">Brings a result to the node at this moment.</param>
internal sealed class SimArchive(SimWorld world, int replicas, Action<SimNode, WorkResult> answer)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    public void Take(SimNode node, Work work)
    {
        switch (work)
        {
            case ArchiveSegment archive: Archive(node, archive); break;
            case FetchSegment fetch:
                Await(node, new LookupObject(world.NextRequestId(), RequestTimeout, fetch.Object), reply => new SegmentFetched(fetch.Id, BytesOf(reply, fetch.Hash)));
                break;
            case DropSegment drop: Drop(node, drop); break;
            default: throw new ArgumentException($"{work.GetType().Name} is not work on history", nameof(work));
        }
    }

    private static Blob BytesOf(Reply reply, Hash256 wanted) =>
        reply is ObjectFound { Content: MemoryContent content } && content.Hash == wanted ? new Blob(content.Bytes.ToArray()) : default;

    private void Archive(SimNode node, ArchiveSegment work)
    {
        var content = new MemoryContent(work.Content.Memory);
        Blob owner = world.Signer.PublicKey(SigningKey.Owner, node.Owner);
        byte[] salt = FileIds.DeriveSalt(content.Hash, content.Length, 0);
        var draft = new ObjectCertificate(
            ObjectKind.File, FileIds.OfFile(work.Name, owner.Span, salt), work.Name, owner, content.Hash, content.Length, content.Length, replicas, salt, 1, "", new BatchSignature(new byte[64], 0, []));
        ObjectCertificate certificate = draft with { Signature = world.Signer.Sign(SigningKey.Owner, node.Owner, CertificateCodec.DigestOf(draft)) };
        Await(
            node,
            new InsertObject(world.NextRequestId(), RequestTimeout, certificate, content, OfferFirst: false),
            reply => new SegmentArchived(work.Id, reply is ObjectInserted ? certificate.File : null, (ulong)(world.Now.Ticks / TimeSpan.TicksPerSecond)));
    }

    private void Drop(SimNode node, DropSegment work)
    {
        Blob owner = world.Signer.PublicKey(SigningKey.Owner, node.Owner);
        var draft = new ReclaimCertificate(work.Object, owner, 2, new BatchSignature(new byte[64], 0, []));
        ReclaimCertificate certificate = draft with { Signature = world.Signer.Sign(SigningKey.Owner, node.Owner, CertificateCodec.DigestOf(draft)) };
        Await(node, new ReclaimObject(world.NextRequestId(), RequestTimeout, work.Object, certificate), _ => new SegmentDropped(work.Id));
    }

    private void Await(SimNode node, Request request, Func<Reply, WorkResult> result) => Look(world.Ask(node, request), result);

    private void Look(SimAsk ask, Func<Reply, WorkResult> result)
    {
        if (ask.IsOrphaned) return;
        if (ask.Last is { } reply) answer(ask.Node, result(reply));
        else world.At(world.Now + LookEvery, () => Look(ask, result));
    }
}
