using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Certificates;

public sealed class CertificateRulesTests
{
    private const int ChunkSize = 1 << 20;

    private static readonly ObjectCertificate File = Make.File("name", Make.Content("hello"));
    private static readonly ObjectCertificate Chunk = Make.Chunk(File.File, Make.Content("chunk"));

    public static TheoryData<string, string> Broken => new()
    {
        { "kind", "not known" },
        { "length", "chunk size" },
        { "k zero", "not within" },
        { "k large", "half the leaf set" },
        { "created", "1970" },
        { "no key", "public key" },
        { "long key", "public key" },
        { "short signature", "signature" },
        { "leaf", "outside its batch" },
        { "no name", "name" },
        { "long name", "name" },
        { "salt", "salt" },
        { "type", "media type" },
        { "size", "as long as" },
        { "tree", "at least one byte" },
        { "id", "fileId" },
        { "part name", "part" },
        { "mode", "permission bits" },
        { "changed", "1970" },
        { "part time", "no time of change" },
    };

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void A_chunk_has_four_ids_and_its_certificate_says_which(byte attempt, bool known)
    {
        ObjectCertificate chunk = Make.Chunk(default, Make.Content("chunk"));
        ObjectCertificate other = chunk with { Salt = new byte[] { attempt } };
        Assert.Equal(known, CertificateRules.Check(other, 1024, 8) is null);
        if (known) Assert.NotEqual(CertificateRules.ObjectOf(chunk), CertificateRules.ObjectOf(other));
        Assert.NotNull(CertificateRules.Check(other with { Kind = ObjectKind.TreeNode }, 1024, 8));
    }

    [Fact]
    public void A_coded_chunk_says_its_row_and_nothing_else_has_one()
    {
        ObjectCertificate chunk = Make.Chunk(default, Make.Content("chunk"), replicas: 1);
        ObjectCertificate row = chunk with { Salt = new PartPlace(0, 7).ToSalt() }, other = chunk with { Salt = new PartPlace(0, 8).ToSalt() };
        Assert.Null(CertificateRules.Check(row, 1024, 8));
        Assert.Equal(3, new[] { chunk, row, other }.Select(CertificateRules.ObjectOf).Distinct().Count());
        Assert.NotNull(CertificateRules.Check(row with { Kind = ObjectKind.TreeNode }, 1024, 8));
        Assert.NotNull(CertificateRules.Check(chunk with { Salt = new byte[] { 0, 0, 0, 7 } }, 1024, 8));
        Assert.NotNull(CertificateRules.Check(chunk with { Kind = ObjectKind.Debit }, 1024, 8));
    }

    [Fact]
    public void A_good_certificate_passes()
    {
        Assert.Null(CertificateRules.Check(File, ChunkSize, 16));
        Assert.Null(CertificateRules.Check(Chunk, CertificateRules.ObjectOf(Chunk), ChunkSize, 16));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string what, string reason) => Assert.Contains(reason, CertificateRules.Check(Break(what), ChunkSize, 16));

    [Fact]
    public void A_certificate_about_another_object_is_refused() => Assert.NotNull(CertificateRules.Check(File, default, ChunkSize, 16));

    [Fact]
    public void A_strangers_part_has_another_id()
    {
        var content = Make.Content("chunk");
        Assert.NotEqual(CertificateRules.ObjectOf(Chunk), CertificateRules.ObjectOf(Make.Chunk(File.File, content, owner: Keys.Mallory)));
    }

    [Fact]
    public void The_same_chunk_of_another_file_has_another_id() =>
        Assert.NotEqual(CertificateRules.ObjectOf(Chunk), CertificateRules.ObjectOf(Make.Chunk(Make.File("other", Make.Content("x")).File, Make.Content("chunk"))));

    [Fact]
    public void Content_of_another_length_or_hash_or_none_is_refused()
    {
        Assert.Null(CertificateRules.CheckContent(File, Make.Content("hello")));
        Assert.NotNull(CertificateRules.CheckContent(File, Make.Content("hello!")));
        Assert.NotNull(CertificateRules.CheckContent(File, Make.Content("jello")));
        Assert.NotNull(CertificateRules.CheckContent(File, null));
    }

    [Fact]
    public void A_tombstone_by_another_owner_is_refused()
    {
        Assert.Null(CertificateRules.Check(new Tombstone(File, Make.Reclaim(File.File)), File.File, ChunkSize, 16));
        Assert.NotNull(CertificateRules.Check(new Tombstone(File, Make.Reclaim(File.File, Keys.Mallory)), File.File, ChunkSize, 16));
        Assert.NotNull(CertificateRules.Check(new Tombstone(File with { Owner = Keys.Mallory }, Make.Reclaim(File.File, Keys.Mallory)), File.File, ChunkSize, 16));
    }

    [Fact]
    public void The_salt_of_the_same_content_is_the_same_and_an_attempt_changes_it()
    {
        Hash256 first = Hash256.Of([1]);
        Assert.Equal(FileIds.DeriveSalt(first, 10, 0), FileIds.DeriveSalt(first, 10, 0));
        Assert.NotEqual(FileIds.DeriveSalt(first, 10, 0), FileIds.DeriveSalt(first, 10, 1));
        Assert.NotEqual(FileIds.DeriveSalt(first, 10, 0), FileIds.DeriveSalt(first, 11, 0));
    }

    [Fact]
    public void Name_and_salt_cannot_be_shifted_into_each_other() =>
        Assert.NotEqual(FileIds.OfFile("ab", [1], [2]), FileIds.OfFile("a", [(byte)'b', 1], [2]));

    private static ObjectCertificate Break(string what) => what switch
    {
        "kind" => File with { Kind = (ObjectKind)9 },
        "length" => File with { ContentLength = ChunkSize + 1 },
        "k zero" => File with { Replicas = 0 },
        "k large" => File with { Replicas = 17 },
        "created" => File with { CreatedUnixMilliseconds = -1 },
        "no key" => File with { Owner = default },
        "long key" => File with { Owner = new byte[257] },
        "short signature" => File with { Signature = new BatchSignature(new byte[63], 0, default) },
        "leaf" => File with { Signature = File.Signature with { LeafIndex = 1 } },
        "no name" => File with { Name = "" },
        "long name" => File with { Name = new string('x', 1025) },
        "salt" => File with { Salt = new Blob(new byte[65]) },
        "type" => File with { ContentType = new string('x', 257) },
        "size" => File with { FileSize = 6 },
        "tree" => File with { Kind = ObjectKind.FileTree, FileSize = 0 },
        "id" => File with { Name = "other" },
        "part name" => Chunk with { Name = "chunks have none" },
        "mode" => File with { Mode = 0x200 },
        "changed" => File with { ModifiedUnixMilliseconds = -1 },
        "part time" => Chunk with { ModifiedUnixMilliseconds = 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };
}
