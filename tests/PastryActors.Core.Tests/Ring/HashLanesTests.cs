using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Ring;

/// <summary>Held against the framework's SHA-256, which it must never differ from by a bit.</summary>
public sealed class HashLanesTests
{
    private readonly RandomSource _random = new(7);

    [Fact]
    public void Every_length_has_the_hash_that_the_framework_makes()
    {
        // Past every boundary of blocks and padding, into what goes to the framework.
        for (int length = 0; length < 700; length++) AssertEqualsFramework([.. Enumerable.Range(0, 8).Select(_ => Content(length))]);
    }

    [Fact]
    public void Lanes_of_different_lengths_do_not_disturb_each_other()
    {
        for (int round = 0; round < 2000; round++) AssertEqualsFramework([.. Enumerable.Range(0, _random.Next(30)).Select(_ => Content(_random.Next(_random.Next(4) == 0 ? 700 : 130)))]);
    }

    [Fact]
    public void Every_number_of_contents_is_hashed()
    {
        for (int count = 0; count <= 40; count++) AssertEqualsFramework([.. Enumerable.Range(0, count).Select(_ => Content(100))]);
    }

    [Fact]
    public void Contents_that_differ_in_one_bit_differ()
    {
        byte[] content = new byte[100];
        Blob[] all = [.. Enumerable.Range(0, 800).Select(i =>
        {
            byte[] one = [.. content];
            one[i / 8] ^= (byte)(1 << (i % 8));
            return (Blob)one;
        })];
        Assert.Equal(800, HashLanes.OfEach(all).Distinct().Count());
        AssertEqualsFramework(all);
    }

    [Fact]
    public void The_examples_of_the_standard_have_their_hashes()
    {
        // FIPS 180-2, B.1 and B.2, and the empty message.
        Blob[] examples = ["abc"u8.ToArray(), "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"u8.ToArray(), default, "abc"u8.ToArray()];
        Assert.Equal(
            [
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ],
            HashLanes.OfEach(examples).Select(h => h.ToString()));
    }

    private Blob Content(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)_random.Next(256);
        return bytes;
    }

    private static void AssertEqualsFramework(Blob[] contents)
    {
        Hash256[] hashes = HashLanes.OfEach(contents);
        Assert.Equal(contents.Select(c => Convert.ToHexStringLower(SHA256.HashData(c.Span))), hashes.Select(h => h.ToString()));
    }
}
