using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.CommandLine;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Upkeep;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Tests.CommandLine;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly MemoryStream _raw = new();
    private string _url = "";

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("put")]
    [InlineData("cluster kill")]
    [InlineData("cluster kill minus")]
    [InlineData("cluster up -n 0")]
    [InlineData("cluster up --engine quantum")]
    [InlineData("put x -k 0")]
    [InlineData("get 00 --frob")]
    [InlineData("repair")]
    [InlineData("repair pause everything")]
    [InlineData("repair speed")]
    [InlineData("repair speed fast")]
    [InlineData("repair speed 1")]
    [InlineData("repair speed 1MiB --objects 0")]
    public async Task Wrong_usage_ends_with_2_and_says_so_on_standard_error(string line)
    {
        Assert.Equal(2, await RunAsync(line.Split(' ')));
        Assert.Empty(_out.ToString());
        Assert.Contains("usage", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_a_command_says_how_to_get_one()
    {
        Assert.Equal(1, await RunAsync("ls", "--dir", Path.Combine(_node.Folder, "none")));
        Assert.Contains("no-node", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("pastry cluster up", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_grants_an_owner_a_quota()
    {
        string ownerFile = Path.Combine(_node.Folder, "an-owner.key"), brokerFile = Path.Combine(_node.Folder, "broker.key");
        Assert.Equal(0, await RunAsync("owner", "create", brokerFile));
        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "create", ownerFile, "--json"));
        string publicKey = JsonDocument.Parse(_out.ToString()).RootElement.GetProperty("publicKey").GetString()!;
        Assert.Equal(1, await RunAsync("owner", "create", ownerFile));

        _node.Ring.Before = r => r switch
        {
            PublishGrant publish => new LedgerReport(r.Id, 0, publish.Grant.FileSize, Ledger.ExpiryOf(publish.Grant)),
            QueryLedger => new LedgerReport(r.Id, 5, 10, long.MaxValue),
            _ => null,
        };
        await ServeAsync();
        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "grant", publicKey, "--quota", "10MiB", "--broker", brokerFile, "--expires", "30d", "--json", "--node", _url));
        JsonElement granted = JsonDocument.Parse(_out.ToString()).RootElement;
        Assert.Equal(10 << 20, granted.GetProperty("quotaBytes").GetInt64());
        Assert.True(granted.GetProperty("expires").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddDays(29));

        _out.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("owner", "show", publicKey, "--node", _url));
        Assert.Contains("free    5", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("owner", "grant", publicKey, "--quota", "much", "--broker", brokerFile, "--node", _url));
        Assert.Equal(1, await RunAsync("owner", "show", "no key", "--node", _url));
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_its_code()
    {
        await ServeAsync();
        Assert.Equal(1, await RunAsync("info", new string('0', 40), "--node", _url));
        Assert.Contains("not-found", _error.ToString(), StringComparison.Ordinal);
    }

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

    [Fact]
    public async Task A_directory_comes_back_with_its_empty_files_and_folders_and_modes()
    {
        await ServeAsync();
        string source = Path.Combine(_node.Folder, "tree");
        Directory.CreateDirectory(Path.Combine(source, "empty"));
        Directory.CreateDirectory(Path.Combine(source, "ünter"));
        await File.WriteAllBytesAsync(Path.Combine(source, "ünter", "a b"), TestNode.Bytes(2 * TestNode.Chunk));
        await File.WriteAllBytesAsync(Path.Combine(source, "none"), []);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(source, "none"), (UnixFileMode)0b111_101_000);

        Assert.Equal(0, await RunAsync("put", source, "-r", "--json", "--node", _url));
        JsonElement[] files = [.. Document().GetProperty("files").EnumerateArray()];
        Assert.Equal(3, files.Length);
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", files[^1].GetProperty("fileId").GetString()!, "-r", "-o", target, "--node", _url));
        Assert.True(Directory.Exists(Path.Combine(target, "empty")));
        Assert.Empty(await File.ReadAllBytesAsync(Path.Combine(target, "none")));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(source, "ünter", "a b")), await File.ReadAllBytesAsync(Path.Combine(target, "ünter", "a b")));
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(Path.Combine(target, "none")));
        Assert.Equal(0, await RunAsync("put", source, "-r", "--node", _url));
    }

    [Fact]
    public async Task A_directorys_links_come_back_as_links_and_those_that_lead_outside_do_not()
    {
        if (OperatingSystem.IsWindows()) return;
        await ServeAsync();
        string source = Directory.CreateDirectory(Path.Combine(_node.Folder, "tree")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "a"), [1]);
        File.CreateSymbolicLink(Path.Combine(source, "inside"), "a");
        File.CreateSymbolicLink(Path.Combine(source, "outside"), "/etc/passwd");
        Assert.Equal(0, await RunAsync("put", source, "-r", "--json", "--node", _url));
        Assert.Contains("outside is left out", _error.ToString(), StringComparison.Ordinal);
        string id = Document().GetProperty("files").EnumerateArray().Last().GetProperty("fileId").GetString()!;
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", id, "-r", "-o", target, "--node", _url));
        Assert.Equal(0, await RunAsync("get", id, "-r", "-o", target, "--node", _url));
        Assert.Equal("a", new FileInfo(Path.Combine(target, "inside")).LinkTarget);
        Assert.False(File.Exists(Path.Combine(target, "outside")));
    }

    [Fact]
    public async Task A_file_keeps_its_type_time_and_mode()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "page.html");
        await File.WriteAllBytesAsync(path, [1, 2]);
        var changed = new DateTime(2001, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, changed);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)0b111_101_000);
        Assert.Equal(0, await RunAsync("put", path, "--json", "--node", _url));
        string id = Document().GetProperty("files")[0].GetProperty("fileId").GetString()!;
        Assert.Equal(0, await RunAsync("info", id, "--json", "--node", _url));
        Assert.Equal("text/html", Document().GetProperty("contentType").GetString());
        Assert.Equal(changed, Document().GetProperty("modified").GetDateTimeOffset().UtcDateTime);

        string back = Path.Combine(_node.Folder, "back");
        Assert.Equal(0, await RunAsync("get", id, "-p", "-o", back, "--node", _url));
        Assert.Equal(changed, File.GetLastWriteTimeUtc(back));
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(back));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData((5 * TestNode.Chunk) + 1, TestNode.Chunk)]
    public async Task What_is_put_encrypted_is_got_back_by_its_link_alone(int size, int resumed)
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content");
        byte[] content = TestNode.Bytes(size);
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--encrypt", "--json", "--node", _url));
        JsonElement put = Document().GetProperty("files")[0];
        string link = put.GetProperty("link").GetString()!;
        Assert.Equal(size, put.GetProperty("size").GetInt64());

        string back = Path.Combine(_node.Folder, "back");
        await File.WriteAllBytesAsync(back + ".part", content[..(size / 2)]);
        Assert.Equal(0, await RunAsync("get", link, "-o", back, "--json", "--node", _url));
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(resumed, Document().GetProperty("resumedFrom").GetInt64());
        Assert.Equal(0, await RunAsync("info", link, "--node", _url));
        Assert.All(_node.Ring.Objects.Values.Where(o => o.Certificate.Name.Length > 0), o => Assert.Equal("encrypted", o.Certificate.Name));
        Assert.Equal(1, await RunAsync("get", put.GetProperty("fileId").GetString() + "#" + PastryActors.Client.FileKey.Create().ToText(), "--node", _url));
        Assert.Contains("wrong-key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_of_an_encrypted_file_is_that_range_of_its_content()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content");
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--encrypt", "--json", "--node", _url));
        string link = Document().GetProperty("files")[0].GetProperty("link").GetString()!;
        Assert.Equal(0, await RunAsync("get", link, "--range", "70000-80000", "--node", _url));
        Assert.Equal(content[70000..80001], _raw.ToArray());
    }

    [Fact]
    public async Task An_encrypted_directory_tells_the_ring_no_names_and_one_link_opens_all()
    {
        await ServeAsync();
        string source = Directory.CreateDirectory(Path.Combine(_node.Folder, "tree", "secret")).Parent!.FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "secret", "plan"), [1, 2, 3]);
        Assert.Equal(0, await RunAsync("put", source, "-r", "--encrypt", "--json", "--node", _url));
        JsonElement directory = Document().GetProperty("files").EnumerateArray().Last();
        string link = directory.GetProperty("link").GetString()!;
        Assert.All(_node.Ring.Objects.Values, o => Assert.Equal(-1, ((Core.Content.MemoryContent)o.Content).Bytes.Span.IndexOf("plan"u8)));
        string target = Path.Combine(_node.Folder, "restored");
        Assert.Equal(0, await RunAsync("get", link, "-r", "-o", target, "--node", _url));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(target, "secret", "plan")));
        Assert.Equal(1, await RunAsync("get", directory.GetProperty("fileId").GetString()!, "-r", "-o", target, "--node", _url));
        Assert.Contains("key-needed", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_of_ones_own_an_encrypted_put_is_the_same_file_again()
    {
        await ServeAsync();
        string path = Path.Combine(_node.Folder, "content"), key = Path.Combine(_node.Folder, "key");
        await File.WriteAllBytesAsync(path, TestNode.Bytes(1000));
        Assert.Equal(0, await RunAsync("put", path, "--key-file", key, "--node", _url));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(1, await RunAsync("put", path, "--key-file", key, "--node", _url));
        Assert.Contains("exists", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else()
    {
        await ServeAsync();
        await PutAsync([1, 2, 3]);
        foreach (string line in (string[])["ls --json", "ring --json", "route abc --json", "topics --json", "pub t hello --json"])
        {
            Assert.Equal(0, await RunAsync([.. line.Split(' '), "--node", _url]));
            Assert.Equal(JsonValueKind.Object, Document().ValueKind);
        }
    }

    [Fact]
    public async Task Background_work_is_shown_and_steered()
    {
        var upkeep = new FakeUpkeep();
        _node.Services = _node.Services with { Upkeep = upkeep };
        await ServeAsync();
        Assert.Equal(0, await RunAsync("repair", "status", "--node", _url));
        Assert.Contains("the last pass ended", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("repair", "pause", "scrub", "--json", "--node", _url));
        Assert.True(Document().GetProperty("nodes")[0].GetProperty("paused").GetBoolean());
        foreach (string line in (string[])["repair resume", "repair speed 8MiB/s --objects 2", "repair scrub"]) Assert.Equal(0, await RunAsync([.. line.Split(' '), "--node", _url]));
        Assert.Equal([new RepairOrder("pause", "scrub"), new RepairOrder("resume"), new RepairOrder("speed", null, 8 << 20, 2), new RepairOrder("scrub")], upkeep.Orders);
    }

    [Fact]
    public async Task The_doctor_names_what_is_wrong_and_ends_with_1()
    {
        await ServeAsync();
        Assert.Equal(1, await RunAsync("doctor", "--json", "--node", _url, "--dir", Path.Combine(_node.Folder, "none")));
        Assert.False(Document().GetProperty("healthy").GetBoolean());
        JsonElement[] findings = [.. Document().GetProperty("findings").EnumerateArray()];
        Assert.Contains(findings, f => f.GetProperty("code").GetString() == FindingCodes.Alone && f.GetProperty("severity").GetString() == "critical");
        Assert.All(findings, f => Assert.All((string[])["node", "what", "advice"], name => Assert.NotEmpty(f.GetProperty(name).GetString()!)));
        Assert.Equal(1, await RunAsync("doctor", "--dir", Path.Combine(_node.Folder, "none")));
        Assert.Contains(FindingCodes.NoCluster, _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_node_command_hands_over_its_settings_and_its_exit_code()
    {
        (string?, string) got = default;
        var command = new PastryCommand((config, overrides, _) =>
        {
            got = (config, string.Join('|', overrides));
            return Task.FromResult(7);
        });
        Assert.Equal(7, await command.RunAsync(["node", "--config", "x.conf", "--set", "a=1", "--set", "b=[\"2\", \"3\"]"], _out, _error, () => _raw));
        Assert.Equal(("x.conf", "a=1|b=[\"2\", \"3\"]"), got);
    }

    public void Dispose()
    {
        _node.Dispose();
        _raw.Dispose();
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

    private async Task ServeAsync() => _url = (await _node.ServeAsync()).Client.Node.ToString();

    private async Task<string> PutAsync(byte[] content)
    {
        string path = Path.Combine(_node.Folder, "content");
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--json", "--node", _url));
        return Document().GetProperty("files")[0].GetProperty("fileId").GetString()!;
    }

    private JsonElement Document() => JsonDocument.Parse(_out.ToString()).RootElement;

    private async Task<int> RunAsync(params string[] arguments)
    {
        _out.GetStringBuilder().Clear();
        _raw.SetLength(0);
        var command = new PastryCommand((_, _, _) => Task.FromResult(0));
        return await command.RunAsync(arguments, _out, _error, () => new Unclosed(_raw), TestNode.Deadline);
    }
}
