using PastryActors.Core.Coding;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Tests.Testing;
using PastryActors.Past.Trees;

namespace PastryActors.Past.Tests.Trees;

/// <summary>The tree node of a coded file: what it names, what of it is refused, and the certificates that follow from it.</summary>
public sealed class CodedTreeTests
{
    private const int ChunkSize = 1024;

    private static readonly StripeCode Code = new(3, 2);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(10, true)]
    public void The_parity_of_every_stripe_is_named_and_the_content_is_as_without_it(int chunks, bool diverted)
    {
        HashTreeNode node = Parse(Build(chunks, diverted), SizeOf(chunks));
        int stripes = Code.StripesOf(chunks);
        Assert.Equal((Code, chunks, 2 * stripes), (node.Code, node.ChildCount, node.ParityCount));
        Assert.Equal(Plain(chunks), node.PlainHash);
        Assert.Equal(diverted ? 3 : 0, node.Child(1).Place.Attempt);
        Assert.Equal(chunks + (2 * stripes), node.Rows().Select(r => r.Place.Row).Distinct().Count());
        for (int s = 0; s < stripes; s++)
        {
            IReadOnlyDictionary<int, TreeChild> rows = node.Stripe(s);
            Assert.Equal(node.DataCountOf(s) + 2, rows.Count);
            Assert.All(rows, r => Assert.Equal((s, (s * Code.Rows) + r.Key), (node.StripeOf(r.Value.Index), r.Value.Place.Row)));
            Assert.All(rows.Where(r => r.Key >= Code.Data), r => Assert.Equal((rows[0].Size, rows[0].Offset), (r.Value.Size, r.Value.Offset)));
            Assert.Equal(Parity((2 * s) + 1), rows[Code.Data + 1].Hash);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(33, 1)]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    [InlineData(2, 17)]
    [InlineData(2, 2)]
    public void A_code_that_is_none_or_that_the_bytes_are_not_of_is_refused(byte data, byte parity)
    {
        var builder = new HashTreeBuilder(ChunkSize);
        builder.Add(Chunk(1), ChunkSize, []);
        builder.Add(Chunk(2), ChunkSize, []);
        byte[] top = builder.Finish([]);
        (top[6], top[7]) = (data, parity);
        Assert.Null(HashTreeNode.TryParseTop(top, 2 * ChunkSize, ChunkSize, out string refusal));
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void Bytes_cut_off_or_added_are_refused()
    {
        byte[] good = Build(7, diverted: true);
        foreach (byte[] bad in new[] { good[..^1], [.. good, 0], good[..^64], [.. good[..^1], 4] }) Assert.Null(HashTreeNode.TryParseTop(bad, SizeOf(7), ChunkSize, out _));
    }

    [Fact]
    public void A_node_below_another_is_never_coded()
    {
        var builder = new HashTreeBuilder(ChunkSize, fanOut: 2);
        List<FinishedNode> finished = [];
        for (int i = 0; i < 4; i++) builder.Add(Chunk(i), ChunkSize, finished);
        HashTreeNode top = HashTreeNode.TryParseTop(builder.Finish(finished), 4 * ChunkSize, ChunkSize, out _)!;
        byte[] coded = HashTreeNode.Encode(new TreeShape(ChunkSize, 2), 0, 2 * ChunkSize, [new TreeSlot(Chunk(0)), new TreeSlot(Chunk(1)), new TreeSlot(Parity(0))], new StripeCode(2, 1));
        Assert.Null(top.TryParseChild(0, coded, out string refusal));
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void A_coded_file_without_all_its_parity_cannot_be_ended()
    {
        var builder = new HashTreeBuilder(ChunkSize, code: new StripeCode(2, 1));
        for (int i = 0; i < 3; i++) builder.Add(Chunk(i), ChunkSize, []);
        builder.AddParity(Parity(0));
        Assert.Throws<InvalidOperationException>(() => builder.Finish([]));
    }

    [Fact]
    public void The_most_chunks_of_a_code_fit_into_a_chunk_and_one_stripe_more_would_not()
    {
        foreach (StripeCode code in new[] { new StripeCode(10, 4), new StripeCode(2, 16), new StripeCode(32, 1) })
        {
            int most = HashTreeNode.ChunksMaxOf(code, 1 << 16);
            Assert.True(BytesOf(most) <= 1 << 16);
            Assert.True(BytesOf(most + code.Data) > 1 << 16);

            int BytesOf(int chunks) => 24 + 64 + (33 * (chunks + code.ParityOf(chunks)));
        }

        Assert.Equal(HashTreeNode.DefaultFanOut, HashTreeNode.ChunksMaxOf(new StripeCode(10, 4), 1 << 20));
    }

    [Fact]
    public void Whoever_has_the_tree_has_the_owners_word_for_every_chunk()
    {
        byte[] top = Build(7, diverted: true);
        FileId file = Make.File("coded", Make.Content("x")).File;
        RowCertificates.WriteSeal(top, Keys.Sign(Keys.Alice, new RowCertificates(Parse(top, SizeOf(7)), file, Keys.Alice).Root).Value);
        HashTreeNode node = Parse(top, SizeOf(7));
        Assert.Equal(Plain(7), node.PlainHash);
        var certificates = new RowCertificates(node, file, Keys.Alice);
        HashSet<FileId> ids = [];
        foreach (TreeChild row in node.Rows())
        {
            ObjectCertificate c = certificates.Of(row);
            Assert.True(Keys.IsGood(CertificateCodec.ClaimOf(c)));
            Assert.Null(CertificateRules.Check(c with { Signature = c.Signature with { Value = new byte[64] } }, FileIds.OfPart(file, Keys.Alice.Span, row.Hash, row.Place), ChunkSize, 8));
            Assert.Equal((1, row.Hash, (int)row.Size), (c.Replicas, c.ContentHash, c.ContentLength));
            Assert.False(Keys.IsGood(CertificateCodec.ClaimOf(c with { ContentHash = default })));
            Assert.False(Keys.IsGood(CertificateCodec.ClaimOf(c with { Replicas = 3 })));
            ids.Add(CertificateRules.ObjectOf(c));
        }

        Assert.Equal(7 + 6, ids.Count);
    }

    [Fact]
    public void A_tree_that_was_changed_has_nobodys_word()
    {
        byte[] top = Build(4, diverted: false);
        RowCertificates.WriteSeal(top, Keys.Sign(Keys.Alice, new RowCertificates(Parse(top, SizeOf(4)), default, Keys.Alice).Root).Value);
        top[24] ^= 1;
        HashTreeNode node = Parse(top, SizeOf(4));
        var certificates = new RowCertificates(node, default, Keys.Alice);
        Assert.All(node.Rows(), row => Assert.False(Keys.IsGood(CertificateCodec.ClaimOf(certificates.Of(row)))));
    }

    [Fact]
    public void Equal_chunks_are_other_objects_in_other_rows_and_the_same_in_none()
    {
        Hash256 hash = Chunk(1);
        FileId[] ids =
        [
            FileIds.OfPart(default, Keys.Alice.Span, hash), FileIds.OfPart(default, Keys.Alice.Span, hash, new PartPlace(1)), FileIds.OfPart(default, Keys.Alice.Span, hash, new PartPlace(0, 0)),
            FileIds.OfPart(default, Keys.Alice.Span, hash, new PartPlace(0, 1)), FileIds.OfPart(default, Keys.Alice.Span, hash, new PartPlace(1, 0)),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("00", false)]
    [InlineData("01", true)]
    [InlineData("04", false)]
    [InlineData("0001", false)]
    [InlineData("0000000000", true)]
    [InlineData("037fffffff", true)]
    [InlineData("0400000000", false)]
    [InlineData("0080000000", false)]
    [InlineData("000000000000", false)]
    public void A_place_is_read_as_it_was_written_and_nothing_else_is_one(string salt, bool good)
    {
        PartPlace? place = PartPlace.TryRead(Convert.FromHexString(salt));
        Assert.Equal(good, place is not null);
        if (place is { } known) Assert.Equal(salt, Convert.ToHexStringLower(known.ToSalt().Span));
    }

    private static Hash256 Chunk(int index) => Hash256.Of([(byte)index]);

    private static Hash256 Parity(int index) => Hash256.Of([(byte)index, 1]);

    private static long SizeOf(int chunks) => ((chunks - 1) * ChunkSize) + 7;

    private static HashTreeNode Parse(byte[] top, long size) => HashTreeNode.TryParseTop(top, size, ChunkSize, out string refusal) ?? throw new Xunit.Sdk.XunitException(refusal);

    private static Hash256 Plain(int chunks)
    {
        var plain = new HashTreeBuilder(ChunkSize);
        for (int i = 0; i < chunks; i++) plain.Add(Chunk(i), i == chunks - 1 ? 7 : ChunkSize, []);
        return Hash256.Of(plain.Finish([]));
    }

    private static byte[] Build(int chunks, bool diverted)
    {
        var builder = new HashTreeBuilder(ChunkSize, code: Code);
        for (int i = 0; i < chunks; i++)
        {
            TreeSlot slot = builder.Add(Chunk(i), i == chunks - 1 ? 7 : ChunkSize, []);
            if (diverted && i == 1) slot.Attempt = 3;
        }

        for (int i = 0; i < Code.ParityOf(chunks); i++) builder.AddParity(Parity(i));
        return builder.Finish([]);
    }
}
