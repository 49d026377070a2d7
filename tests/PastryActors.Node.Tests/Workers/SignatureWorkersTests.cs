using System.Security.Cryptography;
using PastryActors.Core.Collections;
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
    public async Task One_signature_covers_many_contents_and_each_is_judged_for_itself()
    {
        Blob head = "head"u8.ToArray();
        ValueList<Blob> contents = Enumerable.Range(0, 100).Select(i => (Blob)BitConverter.GetBytes(i)).ToValueList();
        var signed = (ContentsSigned)await DoAsync(new SignContents(1, SigningKey.Node, head, contents));
        Assert.Equal((1L, 100), (_signer.Signatures, signed.Hashes.Count));

        var statement = new ContentStatement(head, signed.Hashes);
        var other = new ContentStatement("other"u8.ToArray(), signed.Hashes);
        ContentClaim Claim(int place, ContentStatement about, Blob content) => new(_signer.PublicKey, about, signed.Signature, place, content);
        var verified = (ContentsVerified)await DoAsync(new VerifyContents(2, [
            Claim(0, statement, contents[0]), Claim(1, statement, contents[0]), Claim(99, statement, contents[99]), Claim(100, statement, contents[99]), Claim(-1, statement, contents[0]), Claim(5, other, contents[5])]));
        Assert.Equal([true, false, true, false, false, false], verified.Good);
        // The statement was checked once, and the false one once.
        Assert.Equal(2, _verifier.Verifications);
    }

    [Fact]
    public async Task Contents_that_find_no_room_are_not_judged()
    {
        var workers = new SignatureWorkers(_signer, _signer, _verifier, _options with { QueueMax = 0 });
        var done = new Collector(2);
        workers.Submit(new VerifyContents(1, [new ContentClaim(default, new ContentStatement(default, default), new BatchSignature(default, 0, default), 0, default)]), done);
        workers.Submit(new SignContents(2, SigningKey.Node, default, [default]), done);
        await done.All.WaitAsync(TestNode.Deadline);
        Assert.Empty(Assert.IsType<ContentsVerified>(done.Results.Single(r => r.Id == 1)).Good);
        Assert.True(Assert.IsType<ContentsSigned>(done.Results.Single(r => r.Id == 2)).Signature.Value.IsEmpty);
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
        workers.Submit(new SignContents(4, SigningKey.Node, default, default), nobody);
        workers.Submit(new VerifyContents(5, default), nobody);
        workers.Submit(new Scribe.History.FetchSegment(3, default, default), nobody);
        Assert.Equal(3, Assert.Single(segments.Taken).Id);
        Assert.Equal(1, Assert.Single(store.Taken).Id);
        Assert.Equal([2, 4, 5], signatures.Taken.Select(w => w.Id));
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }

    private async Task<WorkResult> DoAsync(Work work)
    {
        var done = new Collector(1);
        new SignatureWorkers(_signer, _signer, _verifier, _options).Submit(work, done);
        await done.All.WaitAsync(TestNode.Deadline);
        return Assert.Single(done.Results);
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
