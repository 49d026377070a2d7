using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests.Workers;

public sealed class SimSignerTests
{
    private static readonly Hash256 Digest = new(11, 12);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signature_holds_for_its_key_and_digest_alone(bool real)
    {
        SimSigner signer = World(real).Signer;
        BatchSignature signature = signer.Sign(SigningKey.Owner, 3, Digest);
        Assert.Equal(64, signature.Value.Length);
        Assert.True(IsGood(SigningKey.Owner, 3, Digest, signature));
        Assert.False(IsGood(SigningKey.Node, 3, Digest, signature));
        Assert.False(IsGood(SigningKey.Owner, 4, Digest, signature));
        Assert.False(IsGood(SigningKey.Owner, 3, new Hash256(11, 13), signature));
        Assert.False(IsGood(SigningKey.Owner, 3, Digest, signature with { Value = new byte[64] }));
        Assert.False(IsGood(SigningKey.Owner, 3, Digest, signature with { Value = default }));
        Assert.False(IsGood(SigningKey.Owner, 3, Digest, signature with { Path = [Digest] }));

        bool IsGood(SigningKey key, int index, Hash256 digest, BatchSignature claimed) =>
            signer.IsGood(new SignatureClaim(signer.PublicKey(key, index), digest, claimed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_the_world_did_not_make_signs_nothing(bool real)
    {
        SimSigner signer = World(real).Signer;
        byte[] forged = signer.PublicKey(SigningKey.Node, 0).Span.ToArray();
        forged[^1] ^= 1;
        foreach (byte[] key in new[] { forged, [], new byte[91] })
        {
            Assert.False(signer.IsGood(new SignatureClaim(key, Digest, signer.Sign(SigningKey.Node, 0, Digest))));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_and_so_ids_follow_from_the_seed(bool real)
    {
        SimWorld one = World(real);
        SimWorld two = World(real);
        Assert.Equal(one.AddToy().Handle, two.AddToy().Handle);
        Assert.NotEqual(one.AddToy().Id, one.AddToy().Id);
        SimNode node = two.AddToy();
        Assert.Equal(NodeIdentity.NodeIdOf(node.Toy().Begun.PublicKey.Span), node.Id);
    }

    [Fact]
    public void Workers_sign_and_verify_in_their_time_and_one_bad_claim_spoils_all()
    {
        SimWorld world = World(real: false);
        SimNode node = world.AddNode(start => new ToyCore(start), owner: 42);
        world.Do(node, outbox => outbox.Do(new Sign(1, SigningKey.Owner, Digest)));
        world.RunFor(TimeSpan.FromMicroseconds(50));
        BatchSignature signature = node.Toy().Bodies<Signed>().Single().Signature;
        var good = new SignatureClaim(world.Signer.PublicKey(SigningKey.Owner, 42), Digest, signature);
        Assert.Equal(good.PublicKey, node.Toy().Begun.OwnerKey);
        world.Do(node, outbox => outbox.Do(new Verify(2, [good, good])));
        world.Do(node, outbox => outbox.Do(new Verify(3, [good, good with { Digest = default }])));
        world.RunFor(TimeSpan.FromMicroseconds(200));
        Assert.Equal([new Verified(2, true), new Verified(3, false)], node.Toy().Bodies<Verified>());
    }

    private static SimWorld World(bool real) => new(5, new SimOptions { Signer = new SimSignerOptions { Real = real } });
}
