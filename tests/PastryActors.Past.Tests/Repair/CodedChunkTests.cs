using PastryActors.Core.Coding;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;
using PastryActors.Past.Trees;

namespace PastryActors.Past.Tests.Repair;

/// <summary>A chunk that is kept once, in a ring that keeps other things k times: lost, made again with the owner's word from the tree, moved, and never left twice.</summary>
public sealed class CodedChunkTests
{
    private const int ChunkSize = 16;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestRing _ring = new(12);
    private readonly MemoryContent _content = Make.Content("sixteen bytes...");
    private readonly ObjectCertificate _certificate;
    private readonly FileId _id;
    private readonly TestNode _holder;
    private readonly TestNode _asker;

    public CodedChunkTests()
    {
        _certificate = OfTree();
        _id = CertificateRules.ObjectOf(_certificate);
        _holder = _ring.ClosestTo(_id)[0];
        _asker = _ring.ClosestTo(_id)[^1];
        Insert();
    }

    [Fact]
    public void It_has_one_holder_and_anyone_finds_it()
    {
        Assert.Equal((1, true), (_ring.HolderCount(_id), _holder.Holds(_id)));
        foreach (TestNode node in _ring.Nodes) Assert.Equal(_content.Hash, _ring.Ask<ObjectFound>(node, r => new LookupObject(r, Timeout, _id)).Content.Hash);
        _ring.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(1, _ring.HolderCount(_id));
    }

    [Fact]
    public void When_its_holder_is_dead_nobody_has_it_and_it_can_be_made_again()
    {
        _ring.Kill(_holder);
        ObjectInspected lost = _ring.Ask<ObjectInspected>(_asker, r => new InspectObject(r, Timeout, _id, false));
        Assert.Null(lost.Certificate);
        Assert.All(lost.Holders.ToArray(), h => Assert.Equal(HolderState.Missing, h.State));
        Insert();
        Assert.Equal(_content.Hash, _ring.Ask<ObjectFound>(_asker, r => new LookupObject(r, Timeout, _id)).Content.Hash);
    }

    [Fact]
    public void A_holder_that_comes_back_keeps_it_and_who_made_it_again_lets_go()
    {
        _ring.Kill(_holder);
        Insert();
        TestNode second = _ring.ClosestTo(_id)[0];
        _ring.Restart(_holder);
        Assert.Equal(2, _ring.HolderCount(_id));
        _ring.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal((true, false), (_holder.Holds(_id), second.Holds(_id)));
    }

    [Fact]
    public void Where_it_rotted_it_is_missing_and_is_taken_again()
    {
        _holder.Disk.Remove(_id);
        _ring.Ask<DamageNoted>(_holder, r => new ReportDamage(r, Timeout, _id));
        _ring.RunFor(TimeSpan.FromSeconds(30));
        ObjectInspected lost = _ring.Ask<ObjectInspected>(_asker, r => new InspectObject(r, Timeout, _id, false));
        Assert.DoesNotContain(lost.Holders.ToArray(), h => h.State is HolderState.Held or HolderState.Verified);
        Insert();
        Assert.True(_holder.Holds(_id));
        Assert.Equal(HolderState.Verified, _ring.Ask<ObjectInspected>(_asker, r => new InspectObject(r, Timeout, _id, true)).Holders[0].State);
    }

    [Fact]
    public void A_node_that_comes_closer_takes_it_over()
    {
        TestNode next = _ring.ClosestTo(_id)[1];
        _ring.Kill(_holder);
        Insert();
        Assert.True(next.Holds(_id));
        _holder.Disk.Clear();
        _ring.Restart(_holder);
        _ring.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal((true, 1), (_holder.Holds(_id), _ring.HolderCount(_id)));
    }

    [Fact]
    public void A_chunk_that_the_trees_seal_is_not_of_is_refused()
    {
        _ring.Kill(_holder);
        var other = Make.Content("not those bytes.");
        var forged = _certificate with { ContentHash = other.Hash };
        Assert.IsType<Failed>(_ring.Ask(_asker, r => new InsertObject(r, Timeout, forged, other, false)));
        Assert.Equal(0, _ring.HolderCount(CertificateRules.ObjectOf(forged)));
    }

    private void Insert() => _ring.Ask<ObjectInserted>(_asker, r => new InsertObject(r, Timeout, _certificate, _content, false));

    // The certificate of the second chunk, as whoever has the tree alone makes it.
    private ObjectCertificate OfTree()
    {
        var code = new StripeCode(2, 1);
        var builder = new HashTreeBuilder(ChunkSize, code: code);
        builder.Add(Hash256.Of([1]), ChunkSize, []);
        builder.Add(_content.Hash, ChunkSize, []);
        builder.AddParity(Hash256.Of([2]));
        byte[] top = builder.Finish([]);
        FileId file = Make.File("coded", _content).File;
        RowCertificates.WriteSeal(top, Keys.Sign(Keys.Alice, new RowCertificates(Parse(top), file, Keys.Alice).Root).Value);
        HashTreeNode sealedTop = Parse(top);
        return new RowCertificates(sealedTop, file, Keys.Alice).Of(sealedTop.Child(1));
    }

    private static HashTreeNode Parse(byte[] top) => HashTreeNode.TryParseTop(top, 2 * ChunkSize, ChunkSize, out string refusal) ?? throw new Xunit.Sdk.XunitException(refusal);
}
