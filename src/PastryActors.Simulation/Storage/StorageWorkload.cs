using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Storage;

/// <summary>
/// Fills a ring as the paper's storage experiment does (SOSP 2001, section 5.1): inserts the files of a trace, each from some node, under
/// another salt where there was no room, up to so many attempts. Keeps only counts: a run has millions of files.
/// </summary>
public sealed class StorageWorkload(SimRing ring, RandomSource random, int attemptsMax)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Stride = TimeSpan.FromMilliseconds(1);

    private readonly FileTrace _trace = new(random);
    private readonly List<Insert> _open = [];
    private readonly Blob _owner = ring.World.Signer.PublicKey(SigningKey.Owner, 0);
    private readonly double _capacity = ring.Live.Sum(n => (double)ring.CapacityOf(n.Index));
    private int _made;

    /// <summary>What became of the files.</summary>
    public StorageTally Tally { get; } = new();

    /// <summary>How full the ring is, 0 to 1, by what was acknowledged.</summary>
    public double Utilization => Tally.Bytes / _capacity;

    /// <summary>Inserts under way.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Inserts so many files, at most <paramref name="window"/> at once, and waits until all have ended.</summary>
    public void Run(int files, int window)
    {
        for (int begun = 0; begun < files || _open.Count > 0;)
        {
            for (; begun < files && _open.Count < window; begun++) Begin(ring.DrawActive(random) ?? throw new InvalidOperationException("no node is an active member"));
            ring.World.RunFor(Stride);
            Collect(static _ => { });
        }
    }

    /// <summary>Has a node insert the next file of the trace.</summary>
    public void Begin(SimNode node)
    {
        var insert = new Insert(node, $"file {++_made}", _trace.Next());
        Ask(insert);
        _open.Add(insert);
    }

    /// <summary>Takes note of what has ended, and hands over the files that are stored.</summary>
    public void Collect(Action<FileId> stored)
    {
        _open.RemoveAll(insert => Ended(insert, stored));
        Tally.At(Utilization);
    }

    private void Ask(Insert insert)
    {
        SimNode node = insert.Node;
        ObjectCertificate certificate = Certify(insert);
        var content = new VirtualContent(certificate.ContentLength, certificate.ContentHash);
        insert.Ask = ring.World.Ask(node, new InsertObject(ring.World.NextRequestId(), RequestTimeout, certificate, content, OfferFirst: false));
    }

    private bool Ended(Insert insert, Action<FileId> stored)
    {
        if (!insert.Ask.IsAnswered && !insert.Ask.IsOrphaned) return false;
        ring.World.Forget(insert.Ask);
        if (insert.Ask.Last is ObjectInserted inserted)
        {
            int diverted = 0;
            foreach (StoreReceipt receipt in inserted.Receipts) diverted += receipt.Diverted ? 1 : 0;
            stored(inserted.Receipts[0].Object);
            Tally.Stored(insert.Size, insert.Attempt, inserted.Receipts.Count, diverted);
            return true;
        }

        if (insert.Attempt >= attemptsMax || insert.Ask.Last is not Failed { Code: FailureCode.Full })
        {
            Tally.Lost();
            return true;
        }

        insert.Attempt++;
        Ask(insert);
        return false;
    }

    private ObjectCertificate Certify(Insert insert)
    {
        Hash256 hash = new(UInt128.MaxValue, (UInt128)insert.Size);
        Blob salt = FileIds.DeriveSalt(hash, insert.Size, insert.Attempt);
        var unsigned = new BatchSignature(new byte[CertificateRules.SignatureSizeBytes], 0, []);
        int replicas = ring.Options.Past!.Replicas;
        var certificate = new ObjectCertificate(
            ObjectKind.File, FileIds.OfFile(insert.Name, _owner.Span, salt.Span), insert.Name, _owner, hash, insert.Size, insert.Size, replicas, salt, 1, "", unsigned);
        return certificate with { Signature = ring.World.Signer.Sign(SigningKey.Owner, 0, CertificateCodec.DigestOf(certificate)) };
    }

    private sealed class Insert(SimNode node, string name, int size)
    {
        public SimNode Node => node;

        public string Name => name;

        public int Size => size;

        public int Attempt { get; set; } = 1;

        public SimAsk Ask { get; set; } = null!;
    }
}
