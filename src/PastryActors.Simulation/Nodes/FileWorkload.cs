using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Nodes;

/// <summary>
/// Applications that insert, look up and reclaim made-up objects, and the book of what the ring promised them: every object whose
/// insert was acknowledged must be there until it is reclaimed.
/// </summary>
public sealed class FileWorkload(SimRing ring)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    private readonly List<(SimAsk Ask, ObjectCertificate Certificate)> _inserts = [];
    private readonly List<(SimAsk Ask, ObjectCertificate Certificate)> _reclaims = [];
    private int _made;

    /// <summary>Every object whose insert was acknowledged and whose reclaim was not asked for.</summary>
    public List<ObjectCertificate> Acknowledged { get; } = [];

    /// <summary>Lookups of acknowledged objects that were asked for, in order.</summary>
    public List<(SimAsk Ask, ObjectCertificate Certificate)> Reads { get; } = [];

    /// <summary>Lookups that could rightly be told that an object is nowhere: those answered while a side of a cut network had no holder.</summary>
    internal HashSet<SimAsk> Excused { get; } = [];

    /// <summary>Excuses all lookups that were not answered before a moment: what they were given must be right all the same.</summary>
    internal void Excuse(Instant since) => Excused.UnionWith(Reads.Where(r => r.Ask.AnsweredAt >= since).Select(static r => r.Ask));

    /// <summary>Inserts that ended without success.</summary>
    public int InsertsFailed { get; private set; }

    /// <summary>Objects whose reclaim was acknowledged.</summary>
    public int Reclaimed { get; private set; }

    /// <summary>Whether every insert and reclaim has ended, by its answer or with its node.</summary>
    public bool IsIdle => _inserts.TrueForAll(Ended) && _reclaims.TrueForAll(Ended) && Reads.TrueForAll(Ended);

    /// <summary>A certificate of a made-up object, signed by the one owner of the world.</summary>
    public ObjectCertificate Certify(string name, int length, int replicas)
    {
        Blob owner = ring.World.Signer.PublicKey(SigningKey.Owner, 0);
        byte[] salt = [1, 2, 3, 4];
        var unsigned = new BatchSignature(new byte[64], 0, []);
        var certificate = new ObjectCertificate(
            ObjectKind.File, FileIds.OfFile(name, owner.Span, salt), name, owner, Hash256.Of(Encoding.UTF8.GetBytes(name)), length, length, replicas, salt, 1, "", unsigned);
        return certificate with { Signature = ring.World.Signer.Sign(SigningKey.Owner, 0, CertificateCodec.DigestOf(certificate)) };
    }

    /// <summary>Has a node insert a new object of at most <paramref name="lengthMax"/> bytes.</summary>
    public SimAsk Insert(SimNode node, RandomSource random, int lengthMax)
    {
        int replicas = ring.Options.Past?.Replicas ?? throw new InvalidOperationException("the ring stores nothing");
        return Insert(node, Certify($"file {++_made}", random.Next(lengthMax), replicas));
    }

    /// <summary>Has a node insert an object.</summary>
    public SimAsk Insert(SimNode node, ObjectCertificate certificate)
    {
        var content = new VirtualContent(certificate.ContentLength, certificate.ContentHash);
        SimAsk ask = ring.World.Ask(node, new InsertObject(ring.World.NextRequestId(), RequestTimeout, certificate, content, OfferFirst: false));
        _inserts.Add((ask, certificate));
        return ask;
    }

    /// <summary>Has a node look up an object.</summary>
    public SimAsk Read(SimNode node, ObjectCertificate certificate)
    {
        SimAsk ask = ring.World.Ask(node, new LookupObject(ring.World.NextRequestId(), RequestTimeout, CertificateRules.ObjectOf(certificate)));
        Reads.Add((ask, certificate));
        return ask;
    }

    /// <summary>Has a node reclaim an object. From now on nothing is promised about it.</summary>
    public SimAsk Reclaim(SimNode node, ObjectCertificate certificate)
    {
        var reclaim = new ReclaimCertificate(CertificateRules.ObjectOf(certificate), certificate.Owner, 2, certificate.Signature);
        reclaim = reclaim with { Signature = ring.World.Signer.Sign(SigningKey.Owner, 0, CertificateCodec.DigestOf(reclaim)) };
        Acknowledged.Remove(certificate);
        SimAsk ask = ring.World.Ask(node, new ReclaimObject(ring.World.NextRequestId(), RequestTimeout, reclaim.File, reclaim));
        _reclaims.Add((ask, certificate));
        return ask;
    }

    /// <summary>Files the answers that came in.</summary>
    public void Collect()
    {
        foreach ((SimAsk ask, ObjectCertificate certificate) in _inserts)
        {
            if (ask.Last is ObjectInserted) Acknowledged.Add(certificate);
            else if (Ended((ask, certificate))) InsertsFailed++;
        }

        _inserts.RemoveAll(Ended);
        Reclaimed += _reclaims.Count(static r => r.Ask.Last is ObjectReclaimed);
        _reclaims.RemoveAll(Ended);
    }

    private static bool Ended((SimAsk Ask, ObjectCertificate Certificate) asked) => asked.Ask.IsAnswered || asked.Ask.IsOrphaned;
}
