using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>pastry get: whole, in part, taken up, and from nodes that lie.</summary>
public sealed class GetCommandTests : CommandLineTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData((3 * TestNode.Chunk) + 1)]
    public async Task Put_then_get_is_the_same_file(int size)
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(size);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.False(File.Exists(back + ".part"));
        Assert.Equal(0, await RunAsync("get", id, "--node", _url));
        Assert.Equal(content, _raw.ToArray());
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData((2 * TestNode.Chunk) + 1000, 2 * TestNode.Chunk)]
    [InlineData(2 * TestNode.Chunk, 2 * TestNode.Chunk)]
    [InlineData((3 * TestNode.Chunk) + 1, (3 * TestNode.Chunk) + 1)]
    [InlineData((3 * TestNode.Chunk) + 9, (3 * TestNode.Chunk) + 1)]
    public async Task A_partial_file_is_taken_up_behind_its_last_good_chunk(int had, int verified)
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes((3 * TestNode.Chunk) + 1);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        await File.WriteAllBytesAsync(back + ".part", [.. content.Concat(new byte[100]).Take(had)]);
        FileId[] first = ChunksOf(id)[..(verified / TestNode.Chunk)];
        _node.Ring.Before = request => request is LookupObject lookup && first.Contains(lookup.Object) ? new Failed(request.Id, FailureCode.Invalid, "it was verified already") : null;
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(verified, Document().GetProperty("resumedFrom").GetInt64());
    }

    [Fact]
    public async Task A_partial_file_of_something_else_is_not_taken_up()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        await File.WriteAllBytesAsync(back + ".part", TestNode.Bytes(5 * TestNode.Chunk));
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
    }

    [Fact]
    public async Task A_partial_file_damaged_before_its_end_is_found_out_and_comes_anew_from_there()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(6 * TestNode.Chunk);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        byte[] part = content[..(4 * TestNode.Chunk)];
        part[TestNode.Chunk + 5] ^= 1;
        await File.WriteAllBytesAsync(back + ".part", part);
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(TestNode.Chunk, Document().GetProperty("resumedFrom").GetInt64());
    }

    [Fact]
    public async Task An_interrupted_get_goes_on_from_its_note_and_reads_nothing_again()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(6 * TestNode.Chunk);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        FileId[] chunks = ChunksOf(id);
        await GetThreeChunksAsync(id, back);
        Assert.False(File.Exists(back));
        Assert.Equal(content[..(3 * TestNode.Chunk)], await File.ReadAllBytesAsync(back + ".part"));
        Assert.True(File.Exists(back + ".part.verified"));

        // What was verified is not asked for again.
        _node.Ring.Before = request => request is LookupObject lookup && Array.IndexOf(chunks, lookup.Object) is >= 0 and < 3 ? new Failed(request.Id, FailureCode.Unreachable, "away") : null;
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(3 * TestNode.Chunk, Document().GetProperty("resumedFrom").GetInt64());
        Assert.False(File.Exists(back + ".part.verified"));
    }

    [Fact]
    public async Task A_part_that_was_changed_since_its_note_is_verified_again()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(6 * TestNode.Chunk);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        await GetThreeChunksAsync(id, back);
        byte[] part = await File.ReadAllBytesAsync(back + ".part");
        part[TestNode.Chunk] ^= 1;
        await File.WriteAllBytesAsync(back + ".part", part);
        File.SetLastWriteTimeUtc(back + ".part", DateTime.UnixEpoch);
        Assert.Equal(0, await RunAsync("get", id, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(TestNode.Chunk, Document().GetProperty("resumedFrom").GetInt64());
    }

    [Fact]
    public async Task A_chunk_that_is_not_the_files_is_never_written()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(4 * TestNode.Chunk);
        string id = await PutAsync(content);
        string back = Path.Combine(_node.Folder, "back");
        await using var liar = await LyingGateway.StartAsync(new Uri(_url), at: (2 * TestNode.Chunk) + 5);
        Assert.Equal(1, await RunAsync("get", id, "-o", back, "--node", liar.Url));
        Assert.Contains("damaged", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(back));
        Assert.Equal(content[..(2 * TestNode.Chunk)], await File.ReadAllBytesAsync(back + ".part"));
        Assert.Equal(1, await RunAsync("get", id, "--node", liar.Url));
        Assert.Equal(content[..(2 * TestNode.Chunk)], _raw.ToArray());
    }

    [Fact]
    public async Task A_list_of_chunks_that_is_not_the_files_is_refused()
    {
        await ServeAsync();
        string id = await PutAsync(TestNode.Bytes(4 * TestNode.Chunk));
        await using var liar = await LyingGateway.StartAsync(new Uri(_url), at: 33, ofList: true);
        Assert.Equal(1, await RunAsync("get", id, "--node", liar.Url));
        Assert.Contains("list of chunks", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_raw.ToArray());
    }

    [Theory]
    [InlineData("0-0")]
    [InlineData("100-70000")]
    [InlineData("131071-131072")]
    [InlineData("131072-")]
    [InlineData("70000-")]
    public async Task A_range_of_a_file_in_chunks_is_that_range(string range)
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes((3 * TestNode.Chunk) + 1);
        string id = await PutAsync(content);
        string[] ends = range.Split('-');
        byte[] wanted = content[int.Parse(ends[0])..(ends[1].Length == 0 ? content.Length : int.Parse(ends[1]) + 1)];
        string back = Path.Combine(_node.Folder, "back");
        Assert.Equal(0, await RunAsync("get", id, "--range", range, "-o", back, "--node", _url));
        Assert.Equal(wanted, await File.ReadAllBytesAsync(back));
    }

    [Fact]
    public async Task A_range_has_both_ends_included()
    {
        await ServeAsync();
        byte[] content = TestNode.Bytes(1000);
        string id = await PutAsync(content);
        Assert.Equal(0, await RunAsync("get", id, "--range", "10-19", "--node", _url));
        Assert.Equal(content[10..20], _raw.ToArray());
        Assert.Equal(2, await RunAsync("get", id, "--range", "19-10", "--node", _url));
    }

    // The fourth comes damaged.
    private async Task GetThreeChunksAsync(string id, string back)
    {
        await using var liar = await LyingGateway.StartAsync(new Uri(_url), at: (3 * TestNode.Chunk) + 5);
        Assert.Equal(1, await RunAsync("get", id, "-o", back, "--node", liar.Url));
    }

    private FileId[] ChunksOf(string id)
    {
        Assert.True(FileId.TryParse(id, out FileId file));
        (ObjectCertificate certificate, ContentRef top) = _node.Ring.Objects[file];
        HashTreeNode node = HashTreeNode.TryParseTop(((MemoryContent)top).Bytes, certificate.FileSize, TestNode.Chunk, out _)!;
        return [.. node.Cover(0, certificate.FileSize).Select(c => FileIds.OfPart(file, certificate.Owner.Span, c.Hash, c.Place))];
    }
}
