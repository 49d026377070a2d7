using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace PastryActors.Client.Tests.Sealing;

/// <summary>Encrypted files against a node that stores what it is given, and may hand out anything else.</summary>
public sealed class SealedFileTests
{
    private const int Segment = SealedHead.SegmentBytesDefault;
    private const int Box = Segment + Sealer.OverheadBytes;

    private readonly FileKey _key = FileKey.Create();

    public static TheoryData<int> Sizes => [0, 1, Segment - 1, Segment, Segment + 1, (3 * Segment) + 5];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_was_sealed_opens_again_with_all_that_describes_it(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        byte[] stored = await SealAsync(content);
        using PastryClient client = Holding(stored);
        await using OpenedFile file = await client.Past.OpenAsync(new FileLink("id", _key));
        Assert.Equal(content, await ReadAsync(file.Content));
        Assert.Equal((size, "a name", "text/plain", 0x1A4), (file.Size, file.Metadata.Name, file.Metadata.ContentType, file.Metadata.Mode));
        Assert.Equal(stored, await ReadAsync(file.AsStored(new MemoryStream(content))));
    }

    [Fact]
    public async Task Any_range_is_that_range_of_the_content()
    {
        byte[] content = RandomNumberGenerator.GetBytes((4 * Segment) + 9);
        using PastryClient client = Holding(await SealAsync(content));
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            int from = random.Next(content.Length);
            int to = random.Next(from + 1, content.Length + 1);
            await using OpenedFile part = await client.Past.OpenAsync(new FileLink("id", _key), new ByteRange(from, to));
            Assert.Equal(content[from..to], await ReadAsync(part.Content));
        }

        Assert.Equal("range-not-satisfiable", (await Assert.ThrowsAsync<PastryException>(() => client.Past.OpenAsync(new FileLink("id", _key), new ByteRange(content.Length)))).Code);
    }

    [Fact]
    public async Task What_the_ring_sees_tells_neither_name_nor_content()
    {
        byte[] content = new byte[2 * Segment];
        byte[] stored = await SealAsync(content);
        Assert.Equal(-1, stored.AsSpan().IndexOf("a name"u8));
        Assert.Equal(-1, stored.AsSpan().IndexOf(new byte[64]));
        Assert.False(BoxOf(stored, 0).SequenceEqual(BoxOf(stored, 1)));
    }

    [Fact]
    public async Task The_same_file_under_the_same_key_is_the_same_bytes_and_another_shares_no_nonce()
    {
        byte[] content = RandomNumberGenerator.GetBytes(2 * Segment);
        byte[] first = await SealAsync(content);
        Assert.Equal(first, await SealAsync(content));
        content[0] ^= 1;
        byte[] other = await SealAsync(content);
        Assert.False(BoxOf(first, 0)[..12].SequenceEqual(BoxOf(other, 0)[..12]));
        Assert.NotEqual(first, await SealAsync(content, FileKey.Create()));
    }

    [Fact]
    public async Task Another_key_is_told_from_damage()
    {
        using PastryClient client = Holding(await SealAsync([1, 2, 3]));
        Assert.Equal("wrong-key", (await Assert.ThrowsAsync<PastryException>(() => client.Past.OpenAsync(new FileLink("id", FileKey.Create())))).Code);
    }

    [Fact]
    public async Task A_file_that_is_not_encrypted_is_told_from_one_that_is()
    {
        using PastryClient client = Holding(RandomNumberGenerator.GetBytes(100));
        Assert.Equal("not-encrypted", (await Assert.ThrowsAsync<PastryException>(() => client.Past.OpenAsync(new FileLink("id", _key)))).Code);
    }

    [Fact]
    public async Task Segments_cannot_change_places()
    {
        byte[] stored = await SealAsync(RandomNumberGenerator.GetBytes(4 * Segment));
        byte[] moved = [.. stored];
        BoxOf(stored, 0).CopyTo(BoxOf(moved, 1));
        BoxOf(stored, 1).CopyTo(BoxOf(moved, 0));
        await AssertDamagedAsync(moved);
    }

    [Fact]
    public async Task A_segment_of_another_file_of_the_same_key_does_not_fit()
    {
        byte[] stored = await SealAsync(RandomNumberGenerator.GetBytes(3 * Segment));
        byte[] other = await SealAsync(RandomNumberGenerator.GetBytes(3 * Segment), name: "b name");
        BoxOf(other, 1).CopyTo(BoxOf(stored, 1));
        await AssertDamagedAsync(stored);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_cut_off_between_segments_is_found_out(bool sizeWasKnown)
    {
        byte[] stored = await SealAsync(RandomNumberGenerator.GetBytes(3 * Segment), sizeWasKnown: sizeWasKnown);
        await AssertDamagedAsync(stored[..^Box]);
        await AssertDamagedAsync(stored[..^(2 * Box)]);
        await AssertDamagedAsync(stored[..^(3 * Box)]);
    }

    [Fact]
    public async Task A_bit_turned_anywhere_never_gives_other_bytes()
    {
        byte[] content = RandomNumberGenerator.GetBytes(Segment + 100);
        byte[] stored = await SealAsync(content);
        var random = new Random(2);
        for (int i = 0; i < 300; i++)
        {
            // The head is short beside the rest: every second bit is turned there.
            int at = random.Next(i % 2 == 0 ? stored.Length : stored.Length - (Segment + 100 + (2 * Sealer.OverheadBytes)));
            byte[] turned = [.. stored];
            turned[at] ^= (byte)(1 << random.Next(8));
            await Assert.ThrowsAnyAsync<PastryException>(() => ReadAsync(turned));
        }
    }

    [Fact]
    public async Task Rubbish_of_a_hostile_node_is_refused()
    {
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] rubbish = new byte[random.Next(1, 200)];
            random.NextBytes(rubbish);
            if (i % 2 == 0) "PASTRYE1"u8[..Math.Min(8, rubbish.Length)].CopyTo(rubbish);
            await Assert.ThrowsAsync<PastryException>(() => ReadAsync(rubbish));
        }
    }

    [Fact]
    public void A_link_reads_back_and_a_key_is_not_written_by_accident()
    {
        var link = new FileLink(new string('a', 40), _key);
        Assert.Equal(_key.ToText(), FileLink.Parse(link.ToText()).Key!.ToText());
        Assert.DoesNotContain(_key.ToText(), $"{link} {_key}", StringComparison.Ordinal);
        Assert.Null(FileLink.Parse("abc").Key);
        Assert.Equal("invalid", Assert.Throws<PastryException>(() => FileLink.Parse("abc#" + _key.ToText()[1..])).Code);
    }

    [Fact]
    public void Keys_below_a_key_differ_by_name_and_follow_from_it()
    {
        Assert.Equal(_key.For("a").ToText(), _key.For("a").ToText());
        Assert.NotEqual(_key.For("a").ToText(), _key.For("b").ToText());
        Assert.NotEqual(_key.ToText(), _key.For("").ToText());
    }

    [Fact]
    public async Task The_key_stays_here_whatever_is_asked()
    {
        List<string> seen = [];
        using var client = new PastryClient(new Node(_ => [1], request => seen.Add($"{request.RequestUri} {request.Headers}")), new PastryClientOptions { Nodes = [new Uri("http://127.0.0.1:1")] });
        string link = new FileLink("id", _key).ToText();
        await Assert.ThrowsAsync<PastryException>(() => client.Past.LookupAsync(link));
        await Assert.ThrowsAsync<PastryException>(() => client.Past.DescribeAsync(link));
        await Assert.ThrowsAsync<PastryException>(() => client.Past.ReclaimAsync(link));
        Assert.Equal(3, seen.Count);
        Assert.DoesNotContain(seen, s => s.Contains(_key.ToText(), StringComparison.Ordinal));
    }

    private static Span<byte> BoxOf(byte[] stored, int segment) => stored.AsSpan(HeadOf(stored) + (segment * Box), Box);

    private static int HeadOf(byte[] stored) => 16 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(stored.AsSpan(12));

    private async Task<byte[]> SealAsync(byte[] content, FileKey? key = null, string name = "a name", bool sizeWasKnown = true)
    {
        var sealer = new Sealer(key ?? _key);
        var description = new FileMetadata(name, "text/plain", DateTimeOffset.UnixEpoch, 0x1A4, sizeWasKnown ? content.Length : null);
        await using var stream = new SealingStream(new MemoryStream(content), sealer, SealedHead.Make(sealer, description));
        byte[] stored = await ReadAsync(stream);
        Assert.Equal(stored.Length, stream.Length);
        return stored;
    }

    private async Task AssertDamagedAsync(byte[] stored) => Assert.Equal("damaged", (await Assert.ThrowsAsync<PastryException>(() => ReadAsync(stored))).Code);

    private async Task<byte[]> ReadAsync(byte[] stored)
    {
        using PastryClient client = Holding(stored);
        await using Stream content = await client.Past.LookupAsync(new FileLink("id", _key).ToText());
        return await ReadAsync(content);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static PastryClient Holding(byte[] stored) => new(new Node(_ => stored), new PastryClientOptions { Nodes = [new Uri("http://127.0.0.1:1")] });

    /// <summary>A gateway that has one file.</summary>
    private sealed class Node(Func<HttpRequestMessage, byte[]> content, Action<HttpRequestMessage>? look = null) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            look?.Invoke(request);
            byte[] stored = content(request);
            long from = request.Headers.Range?.Ranges.First().From ?? 0;
            long to = Math.Min(request.Headers.Range?.Ranges.First().To + 1 ?? stored.Length, stored.Length);
            var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(stored[(int)from..(int)to]) };
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, stored.Length);
            return Task.FromResult(response);
        }
    }
}
