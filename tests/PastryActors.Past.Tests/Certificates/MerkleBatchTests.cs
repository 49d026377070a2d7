using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Past.Tests.Certificates;

public sealed class MerkleBatchTests
{
    [Fact]
    public void Every_path_of_every_size_leads_to_the_root_and_no_other_digest_does()
    {
        for (int size = 1; size <= 70; size++)
        {
            Hash256[] digests = Digests(size);
            var batch = new MerkleBatch(digests);
            for (int i = 0; i < size; i++)
            {
                BatchSignature signature = batch.SignatureOf(i, default);
                Assert.Equal(batch.Root, MerkleBatch.RootOf(digests[i], signature));
                Assert.NotEqual(batch.Root, MerkleBatch.RootOf(digests[(i + 1) % size] with { Low = 0 }, signature));
            }
        }
    }

    [Fact]
    public void A_batch_of_one_signs_the_digest_itself() => Assert.Equal(Digests(1)[0], new MerkleBatch(Digests(1)).Root);

    [Fact]
    public void A_path_from_the_wrong_place_leads_elsewhere()
    {
        Hash256[] digests = Digests(8);
        var batch = new MerkleBatch(digests);
        BatchSignature signature = batch.SignatureOf(3, default);
        Assert.NotEqual(batch.Root, MerkleBatch.RootOf(digests[3], signature with { LeafIndex = 2 }));
        Assert.Null(MerkleBatch.RootOf(digests[3], signature with { LeafIndex = 11 }));
    }

    [Fact]
    public void An_inner_node_does_not_pass_for_a_leaf()
    {
        Hash256[] digests = Digests(4);
        var batch = new MerkleBatch(digests);
        BatchSignature signature = batch.SignatureOf(0, default);
        var shortened = new BatchSignature(default, 0, ValueList.Create(signature.Path.Span[1..]));
        Assert.NotEqual(batch.Root, MerkleBatch.RootOf(new MerkleBatch(digests.AsSpan(0, 2)).Root, shortened));
    }

    [Fact]
    public void A_path_beyond_the_bound_is_not_walked() =>
        Assert.Null(MerkleBatch.RootOf(default, new BatchSignature(default, 0, new(new Hash256[MerkleBatch.PathLengthMax + 1]))));

    private static Hash256[] Digests(int count) => [.. Enumerable.Range(0, count).Select(i => Hash256.Of(BitConverter.GetBytes(i)))];
}
