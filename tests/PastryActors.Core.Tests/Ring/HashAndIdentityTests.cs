using System.Text;
using PastryActors.Core.Content;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Ring;

/// <summary>SHA-256 as a value, and what is derived from it: held against published vectors (FIPS 180-4).</summary>
public sealed class HashAndIdentityTests
{
    private const string OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Theory]
    [InlineData("", OfNothing)]
    [InlineData("abc", OfAbc)]
    public void The_hash_is_SHA_256(string text, string expected) => Assert.Equal(expected, Hash256.Of(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void A_hash_is_written_as_it_was_read()
    {
        byte[] bytes = Convert.FromHexString(OfAbc);
        byte[] written = new byte[Hash256.SizeBytes];
        Hash256.FromBytes(bytes).WriteTo(written);
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void Leading_zeros_of_either_half_are_written_out() =>
        Assert.Equal("00000000000000000000000000000001" + "00000000000000000000000000000002", new Hash256(1, 2).ToString());

    [Fact]
    public void A_nodeId_is_the_first_half_of_the_hash_of_the_public_key()
    {
        RingId id = NodeIdentity.NodeIdOf("abc"u8);
        Assert.Equal(OfAbc[..32], id.ToString());
        Assert.Equal(Hash256.Of("abc"u8).Truncated, id);
    }

    [Fact]
    public void Content_in_memory_is_hashed_from_its_own_bytes()
    {
        var content = new MemoryContent("abc"u8.ToArray());
        Assert.Equal(3, content.Length);
        Assert.Equal(OfAbc, content.Hash.ToString());
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, true)]
    [InlineData(1, 2, false)]
    public void A_handle_of_a_later_start_supersedes_that_of_an_earlier(uint mine, uint theirs, bool supersedes)
    {
        NodeHandle node = new(new RingId(7), "here", mine);
        Assert.Equal(supersedes, node.Supersedes(new NodeHandle(new RingId(7), "there", theirs)));
        Assert.False(node.Supersedes(new NodeHandle(new RingId(8), "here", theirs)));
    }
}
