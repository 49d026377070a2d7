using System.Security.Cryptography;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Tests.Workers;

public sealed class SignatureWorkersTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SignatureOptions _options = new();
    private readonly BatchSigner _signer;
    private readonly SignatureVerifier _verifier;

    public SignatureWorkersTests()
    {
        _signer = new BatchSigner(_key, _options);
        _verifier = new SignatureVerifier(_options);
    }

    [Fact]
    public async Task What_queues_while_a_signature_is_made_shares_the_next_one()
    {
        Hash256[] digests = [.. Enumerable.Range(0, 1000).Select(i => Hash256.Of(BitConverter.GetBytes(i)))];
        BatchSignature[] signatures = await Task.WhenAll(digests.Select(_signer.SignAsync)).WaitAsync(TestNode.Deadline);

        Assert.Equal(1000, _signer.Digests);
        Assert.InRange(_signer.Signatures, 1, 500);
        Assert.True(_verifier.AreGood(new([.. digests.Zip(signatures, Claim)])));
        Assert.Equal(_signer.Signatures, _verifier.Verifications);
    }

    [Fact]
    public async Task One_alone_is_signed_without_a_tree()
    {
        Hash256 digest = Hash256.Of([1]);
        BatchSignature signature = await _signer.SignAsync(digest);
        Assert.Empty(signature.Path);
        Assert.Equal(64, signature.Value.Length);
        Assert.True(_verifier.AreGood([Claim(digest, signature)]));
    }

    [Theory]
    [InlineData("digest")]
    [InlineData("signature")]
    [InlineData("path")]
    [InlineData("index")]
    [InlineData("key")]
    [InlineData("short")]
    [InlineData("no key")]
    public async Task Any_change_is_refused_and_never_remembered(string what)
    {
        Hash256[] digests = [.. Enumerable.Range(0, 64).Select(i => Hash256.Of(BitConverter.GetBytes(i)))];
        BatchSignature[] signatures = await Task.WhenAll(digests.Select(_signer.SignAsync)).WaitAsync(TestNode.Deadline);
        int at = Array.FindLastIndex(signatures, s => s.Path.Count > 0);
        if (at < 0) return;
        SignatureClaim good = Claim(digests[at], signatures[at]);
        SignatureClaim bad = Tamper(good, what);

        Assert.False(_verifier.AreGood([bad]));
        Assert.True(_verifier.AreGood([good]));
        Assert.False(_verifier.AreGood([bad]));
        Assert.False(_verifier.AreGood([good, bad]));
    }

    [Fact]
    public async Task Every_piece_of_work_gets_one_result()
    {
        var workers = new SignatureWorkers(_signer, _signer, _verifier, _options);
        var done = new Collector(200);
        for (int i = 0; i < 100; i++) workers.Submit(new Sign(i, SigningKey.Node, Hash256.Of([(byte)i])), done);
        for (int i = 100; i < 200; i++) workers.Submit(new Verify(i, []), done);
        await done.All.WaitAsync(TestNode.Deadline);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), done.Results.Select(r => r.Id).Order());
    }

    [Fact]
    public void Store_work_goes_to_the_store_and_nowhere_else()
    {
        var store = new Recorder();
        var signatures = new Recorder();
        var segments = new Recorder();
        var workers = new NodeWorkers(store, signatures, segments);
        var nobody = new Collector(1);
        workers.Submit(new StoreRead(1, default, false), nobody);
        workers.Submit(new Verify(2, []), nobody);
        workers.Submit(new Scribe.History.FetchSegment(3, default, default), nobody);
        Assert.Equal(3, Assert.Single(segments.Taken).Id);
        Assert.Equal(1, Assert.Single(store.Taken).Id);
        Assert.Equal(2, Assert.Single(signatures.Taken).Id);
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }

    private SignatureClaim Claim(Hash256 digest, BatchSignature signature) => new(_signer.PublicKey, digest, signature);

    private static SignatureClaim Tamper(SignatureClaim c, string what)
    {
        byte[] value = c.Signature.Value.Memory.ToArray();
        value[10] ^= 1;
        Hash256[] path = [.. c.Signature.Path];
        path[0] = Hash256.Of([9]);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return what switch
        {
            "digest" => c with { Digest = Hash256.Of([8]) },
            "signature" => c with { Signature = c.Signature with { Value = value } },
            "path" => c with { Signature = c.Signature with { Path = new(path) } },
            "index" => c with { Signature = c.Signature with { LeafIndex = c.Signature.LeafIndex ^ 1 } },
            "key" => c with { PublicKey = other.ExportSubjectPublicKeyInfo() },
            "short" => c with { Signature = c.Signature with { Value = value[..63] } },
            _ => c with { PublicKey = new byte[91] },
        };
    }

    private sealed class Collector(int expected) : IWorkCompletion
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<WorkResult> Results { get; } = [];

        public Task All => _all.Task;

        public void Completed(WorkResult result)
        {
            lock (Results)
            {
                Results.Add(result);
                if (Results.Count == expected) _all.SetResult();
            }
        }
    }

    private sealed class Recorder : IWorkers
    {
        public List<Work> Taken { get; } = [];

        public void Submit(Work work, IWorkCompletion completion) => Taken.Add(work);
    }
}
