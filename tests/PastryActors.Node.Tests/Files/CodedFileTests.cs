using PastryActors.Core.Coding;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Tests.Files;

public sealed class CodedFileTests : IDisposable
{
    private static readonly StripeCode Code = new(3, 2);

    private readonly TestNode _node = new();
    private readonly Random _random = new(5);

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(7, 6)]
    public async Task Every_stripe_has_its_parity_and_every_chunk_one_replica(int chunks, int parity)
    {
        await PutAsync(chunks);
        ObjectCertificate[] parts = [.. _node.Ring.Objects.Values.Select(o => o.Certificate).Where(c => !c.IsFile())];
        Assert.Equal(chunks + parity, parts.Length);
        Assert.All(parts, p => Assert.Equal((1, ObjectKind.Chunk), (p.Replicas, p.Kind)));
        ObjectCertificate top = _node.Ring.Objects.Values.Single(o => o.Certificate.IsFile()).Certificate;
        Assert.Equal((3, ObjectKind.CodedTree), (top.Replicas, top.Kind));
    }

    [Fact]
    public async Task A_file_in_one_piece_is_kept_k_times()
    {
        await InsertAsync([1, 2, 3]);
        Assert.Equal((3, ObjectKind.File), (Assert.Single(_node.Ring.Objects.Values).Certificate.Replicas, _node.Ring.Objects.Values.Single().Certificate.Kind));
    }

    [Fact]
    public async Task Equal_chunks_are_kept_apart()
    {
        byte[] content = new byte[7 * TestNode.Chunk];
        FileInserted done = await InsertAsync(content);
        Assert.Equal(7 + 6 + 1, _node.Ring.Objects.Count);
        foreach (FileId lost in (await StripesAsync(done.File)).SelectMany(s => s.Take(2))) Lose(lost);
        Assert.Equal(content, await ReadAsync(done.File));
    }

    [Fact]
    public async Task The_same_content_coded_and_not_are_two_files_of_one_content_hash()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        FileInserted coded = await InsertAsync(content), plain = await _node.InsertAsync(content, "coded");
        Assert.NotEqual(coded.File, plain.File);
        Assert.Equal(plain.ContentHash, coded.ContentHash);
    }

    [Fact]
    public async Task With_any_two_of_each_stripe_lost_all_is_read()
    {
        (FileInserted done, byte[] content) = await PutAsync(7);
        FileId[][] stripes = await StripesAsync(done.File);
        var all = _node.Ring.Objects.ToArray();
        for (int run = 0; run < 20; run++)
        {
            foreach (var one in all) _node.Ring.Objects[one.Key] = one.Value;
            foreach (FileId lost in stripes.SelectMany(s => s.OrderBy(_ => _random.Next()).Take(2))) Lose(lost);
            Assert.Equal(content, await ReadAsync(done.File));
            int from = _random.Next(content.Length), to = from + _random.Next(content.Length - from);
            Assert.Equal(content[from..to], await ReadAsync(done.File, from, to));
        }
    }

    [Fact]
    public async Task A_chunk_that_is_not_the_one_that_was_put_is_as_good_as_lost()
    {
        (FileInserted done, byte[] content) = await PutAsync(4);
        FileId[] stripe = (await StripesAsync(done.File))[0];
        (ObjectCertificate certificate, ContentRef _) = _node.Ring.Objects[stripe[1]];
        _node.Ring.Objects[stripe[1]] = (certificate, new MemoryContent(TestNode.Bytes(TestNode.Chunk)));
        Assert.Equal(content, await ReadAsync(done.File));
    }

    [Fact]
    public async Task Where_a_holder_says_nothing_the_others_are_asked_in_time()
    {
        (FileInserted done, byte[] content) = await PutAsync(4);
        FileId[] stripe = (await StripesAsync(done.File))[0];
        var silence = new TaskCompletionSource();
        _node.Ring.Hold = request => request is LookupObject lookup && (lookup.Object == stripe[0] || lookup.Object == stripe[4]) ? silence.Task : Task.CompletedTask;
        Assert.Equal(content, await ReadAsync(done.File));
        silence.SetResult();
    }

    [Fact]
    public async Task A_chunk_that_comes_late_is_taken_where_it_cannot_be_made_again()
    {
        (FileInserted done, byte[] content) = await PutAsync(2);
        FileId[] stripe = (await StripesAsync(done.File))[0];
        foreach (FileId lost in stripe[1..4]) Lose(lost);
        Assert.Equal(FailureCode.Unreachable, (await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done.File))).Code);

        var late = new TaskCompletionSource();
        _node.Ring.Before = request =>
        {
            // The last of the stripe was asked for in vain: now the first may come.
            if (request is LookupObject lookup && lookup.Object == stripe[3]) late.TrySetResult();
            return null;
        };
        _node.Ring.Hold = request => request is LookupObject lookup && lookup.Object == stripe[0] ? late.Task : Task.CompletedTask;
        Assert.Equal(content[..TestNode.Chunk], await ReadAsync(done.File, 0, TestNode.Chunk));
    }

    [Fact]
    public async Task Where_too_much_is_lost_it_is_said_and_nothing_made_up()
    {
        (FileInserted done, _) = await PutAsync(7);
        foreach (FileId lost in (await StripesAsync(done.File))[0].Take(3)) Lose(lost);
        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done.File));
        Assert.Equal(FailureCode.Unreachable, failed.Code);
        Assert.Contains("stripe", failed.Message);
        FileWhereabouts found = await InspectAsync(done.File);
        Assert.Equal((3, 1, 0), (found.ChunksMissing, found.StripesLost, found.ReplicasAlive));
    }

    [Fact]
    public async Task What_is_missing_is_counted()
    {
        (FileInserted done, _) = await PutAsync(7);
        FileId[][] stripes = await StripesAsync(done.File);
        foreach (FileId id in new[] { stripes[0][0], stripes[0][4], stripes[1][2] }) Lose(id);
        FileWhereabouts found = await InspectAsync(done.File);
        Assert.Equal((Code, 3, 0, 7, 1), (found.Code, found.ChunksMissing, found.StripesLost, found.Chunks, found.ReplicasAlive));
    }

    [Fact]
    public async Task Parity_that_its_owner_made_wrong_gives_no_other_bytes()
    {
        (FileInserted done, byte[] content) = await PutAsync(3);
        byte[] top = ((MemoryContent)_node.Ring.Objects[done.File].Content).Bytes.ToArray();
        FileId[] stripe = (await StripesAsync(done.File))[0];

        // The owner signs a tree whose parity is something else, and holders have just that.
        var other = new MemoryContent(TestNode.Bytes(TestNode.Chunk));
        for (int i = 3; i < 5; i++) other.Hash.WriteTo(top.AsSpan(24 + (32 * i)));
        var wrong = new MemoryContent(top);
        ObjectCertificate certificate = await _node.Owner.SignAsync(done.Certificate with { ContentHash = wrong.Hash, ContentLength = wrong.Length });
        _node.Ring.Objects[done.File] = (certificate, wrong);
        foreach (FileId parity in (await StripesAsync(done.File))[0][3..]) _node.Ring.Objects[parity] = (certificate, other);
        Lose(stripe[0]);
        Assert.Equal(FailureCode.Invalid, (await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done.File))).Code);
        Assert.Equal(content[TestNode.Chunk..(2 * TestNode.Chunk)], await ReadAsync(done.File, TestNode.Chunk, 2 * TestNode.Chunk));
    }

    [Fact]
    public async Task A_tree_that_does_not_say_what_its_certificate_says_is_refused()
    {
        (FileInserted done, _) = await PutAsync(3);
        (ObjectCertificate certificate, ContentRef top) = _node.Ring.Objects[done.File];
        _node.Ring.Objects[done.File] = (certificate with { Kind = ObjectKind.FileTree }, top);
        Assert.Equal(FailureCode.Invalid, (await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done.File))).Code);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_last_parity_is_durable()
    {
        var held = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        int parity = 0;
        _node.Ring.Hold = request =>
        {
            if (request is not InsertObject { Certificate: var c } || CertificateRules.PlaceOf(c).Row is not { } row || row % Code.Rows < Code.Data || Interlocked.Increment(ref parity) < 6) return Task.CompletedTask;
            reached.TrySetResult();
            return held.Task;
        };
        Task<(FileInserted, byte[])> put = PutAsync(7);
        await reached.Task.WaitAsync(TestNode.Deadline);
        Assert.False(put.IsCompleted);
        Assert.DoesNotContain(_node.Ring.Objects.Values, o => o.Certificate.IsFile());
        held.SetResult();
        await put;
    }

    [Fact]
    public async Task A_reclaim_takes_the_parity_too()
    {
        (FileInserted done, _) = await PutAsync(7);
        await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task An_insert_that_was_cut_off_is_taken_up_and_leaves_nothing_twice()
    {
        byte[] content = TestNode.Bytes((7 * TestNode.Chunk) - 5);
        // Where nodes are few chunks go to their later ids, and are to be found there.
        NameHolders(4);
        int left = 9;
        _node.Ring.Before = Cut(_node.Ring.Before);
        await Assert.ThrowsAsync<RequestFailedException>(() => InsertAsync(content, new StripeCode(3, 3)));
        Assert.Single(_node.Journal.Unfinished());
        left = int.MaxValue;
        FileInserted done = await InsertAsync(content, new StripeCode(3, 3));
        Assert.Equal(content, await ReadAsync(done.File));
        Assert.Equal(7 + 9 + 1, _node.Ring.Objects.Count);
        Assert.Empty(_node.Journal.Unfinished());

        Func<Request, Reply?> Cut(Func<Request, Reply?> before) => request =>
            request is InsertObject && Interlocked.Decrement(ref left) < 0 ? new Failed(request.Id, FailureCode.Unreachable, "cut off") : before(request);
    }

    [Fact]
    public async Task A_chunk_that_an_earlier_try_left_under_another_id_goes_with_the_file()
    {
        byte[] content = TestNode.Bytes((7 * TestNode.Chunk) - 5);
        int left = 4;
        _node.Ring.Before = request => request is InsertObject && Interlocked.Decrement(ref left) < 0 ? new Failed(request.Id, FailureCode.Unreachable, "cut off") : null;
        await Assert.ThrowsAsync<RequestFailedException>(() => InsertAsync(content));

        // One of the chunks that were sent lies on a node that is away, and the id is not to be had meanwhile.
        var away = _node.Ring.Objects.First(o => CertificateRules.PlaceOf(o.Value.Certificate).Row > 0);
        Lose(away.Key);
        _node.Ring.Before = request => request is InsertObject insert && CertificateRules.ObjectOf(insert.Certificate) == away.Key ? new Failed(request.Id, FailureCode.Full, "no room") : null;
        FileInserted done = await InsertAsync(content);
        _node.Ring.Objects[away.Key] = away.Value;
        Assert.Equal([away.Key], _node.Journal.Puts.LeftOf(done.File));
        Assert.Equal(content, await ReadAsync(done.File));
        await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Puts.LeftOf(done.File));
    }

    [Fact]
    public async Task An_insert_that_found_no_room_is_taken_back_parity_and_all()
    {
        _node.Ring.Before = request => request is InsertObject { Certificate: var c } && CertificateRules.PlaceOf(c).Row == 8 ? new Failed(request.Id, FailureCode.Full, "no room") : null;
        Assert.Equal(FailureCode.Full, (await Assert.ThrowsAsync<RequestFailedException>(() => PutAsync(7))).Code);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task A_chunk_without_room_goes_elsewhere()
    {
        _node.Ring.Before = request => request is InsertObject { Certificate: var c } && CertificateRules.PlaceOf(c) is { Row: 8, Attempt: 0 } ? new Failed(request.Id, FailureCode.Full, "no room") : null;
        (FileInserted done, byte[] content) = await PutAsync(7);
        Assert.Equal(content, await ReadAsync(done.File));
        Assert.Single(_node.Ring.Objects.Values, o => CertificateRules.PlaceOf(o.Certificate) is { Row: 8, Attempt: 1 });
    }

    [Fact]
    public async Task A_file_of_too_many_chunks_is_refused_before_anything_is_sent()
    {
        int most = HashTreeNode.ChunksMaxOf(Code, TestNode.Chunk);
        var file = new InsertFile("large", "", 3, (long)most * TestNode.Chunk + 1) { Code = Code };
        Assert.Equal(FailureCode.Invalid, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.Services.Inserter.InsertAsync(file, Stream.Null, new InsertProgress(), TestNode.Deadline))).Code);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task The_chunks_of_a_stripe_lie_on_different_nodes_where_there_are_enough()
    {
        const int Nodes = 60;
        NameHolders(Nodes);
        var code = new StripeCode(10, 4);
        int most = 0, doubled = 0;
        for (int stripe = 0; stripe < 20; stripe++)
        {
            int[] held = await LayAsync(new StripeSpread(_node.Ring, TestNode.Transfer, code), stripe, code.Rows, Nodes);
            most = Math.Max(most, held.Max());
            doubled += held.Count(n => n > 1);
        }

        // Of four choices among sixty nodes hardly ever all are taken.
        Assert.InRange(most, 1, 2);
        Assert.InRange(doubled, 0, 4);
    }

    [Fact]
    public async Task Where_nodes_are_few_no_node_has_more_of_a_stripe_than_it_can_lose()
    {
        const int Nodes = 8;
        NameHolders(Nodes);
        var code = new StripeCode(10, 4);
        for (int stripe = 0; stripe < 20; stripe++) Assert.InRange((await LayAsync(new StripeSpread(_node.Ring, TestNode.Transfer, code), stripe, code.Rows, Nodes)).Max(), 2, 4);
    }

    [Fact]
    public async Task On_a_ring_of_too_few_nodes_a_code_is_refused_and_not_acknowledged()
    {
        NameHolders(2);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => InsertAsync(TestNode.Bytes(9 * TestNode.Chunk), new StripeCode(4, 2)));
        Assert.Equal(FailureCode.Invalid, refused.Code);
        Assert.Contains("too few nodes", refused.Message);
        Assert.DoesNotContain(_node.Ring.Objects.Values, o => o.Certificate.IsFile());
    }

    [Fact]
    public async Task Where_only_one_node_has_room_nothing_is_acknowledged()
    {
        NameHolders(60);
        _node.Ring.HolderOf = _ => new RingId(7);
        Assert.Equal(FailureCode.Full, (await Assert.ThrowsAsync<RequestFailedException>(() => PutAsync(7))).Code);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task How_many_nodes_may_fail_follows_from_where_the_chunks_lie()
    {
        (FileInserted done, _) = await PutAsync(3);
        // So many that no two chunks meet: ids follow from the owner's key, which is another in every run.
        NameHolders(int.MaxValue);
        Assert.Equal(3, (await InspectAsync(done.File)).ReplicasAlive);
        NameHolders(2);
        Assert.Equal(1, (await InspectAsync(done.File)).ReplicasAlive);
    }

    public void Dispose() => _node.Dispose();

    // A ring of so many nodes: the one closest to an object follows from its id.
    private void NameHolders(int nodes)
    {
        _node.Ring.HolderOf = id => NodeOf(id, nodes).Id;
        _node.Ring.Before = request =>
        {
            if (request is not InspectObject inspect) return null;
            bool held = _node.Ring.Objects.TryGetValue(inspect.Object, out var found);
            HolderReport[] holders = [.. Enumerable.Range(0, held && found.Certificate.IsFile() ? 3 : 1).Select(i => new HolderReport(NodeOf(inspect.Object, nodes, i), held ? HolderState.Held : HolderState.Missing))];
            return new ObjectInspected(inspect.Id, held ? found.Certificate : null, new(holders));
        };
    }

    private static NodeHandle NodeOf(FileId id, int nodes, int offset = 0) => new(new RingId((id.Key.Value + (UInt128)offset) % (UInt128)nodes), "", 1);

    private static async Task<int[]> LayAsync(StripeSpread spread, int stripe, int rows, int nodes)
    {
        int[] held = new int[nodes];
        await Task.WhenAll(Enumerable.Range(0, rows).Select(async row =>
        {
            FileId IdOf(int attempt) => FileIds.OfPart(default, default, Hash256.Of([(byte)stripe]), new PartPlace(attempt, (stripe * rows) + row));
            (int attempt, RingId? holder) = await spread.ChooseAsync(stripe, IdOf, search: false, TestNode.Deadline);
            Assert.Equal(NodeOf(IdOf(attempt), nodes).Id, holder);
            lock (held) held[(int)holder!.Value.Value]++;
        }));
        return held;
    }

    private void Lose(FileId id) => Assert.True(_node.Ring.Objects.TryRemove(id, out _));

    private Task<FileWhereabouts> InspectAsync(FileId file) => _node.Services.Inspector.InspectAsync(file, TestNode.Deadline);

    private async Task<(FileInserted Done, byte[] Content)> PutAsync(int chunks)
    {
        byte[] content = TestNode.Bytes((chunks * TestNode.Chunk) - 5);
        return (await InsertAsync(content), content);
    }

    private Task<FileInserted> InsertAsync(byte[] content, StripeCode? code = null) => _node.Services.Inserter.InsertAsync(
        new InsertFile("coded", "", 3, content.Length) { Code = code ?? Code }, new MemoryStream(content), new InsertProgress(), TestNode.Deadline);

    private async Task<byte[]> ReadAsync(FileId id, long from = 0, long? to = null)
    {
        OpenFile file = await _node.Services.Reader.OpenAsync(id, TestNode.Deadline);
        var bytes = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> piece in _node.Services.Reader.ReadAsync(file, from, to ?? file.Size, TestNode.Deadline)) bytes.Write(piece.Span);
        return bytes.ToArray();
    }

    private Task<FileId[][]> StripesAsync(FileId id) => StripesAsync(_node, id);

    /// <summary>The chunks of each stripe, content first.</summary>
    internal static async Task<FileId[][]> StripesAsync(TestNode node, FileId id)
    {
        OpenFile file = await node.Services.Reader.OpenAsync(id, TestNode.Deadline);
        HashTreeNode top = file.Top!;
        return [.. Enumerable.Range(0, top.Code.StripesOf(top.ChildCount)).Select(s => top.Stripe(s).OrderBy(r => r.Key).Select(r => FileReader.PartOf(file, top, r.Value).Id).ToArray())];
    }
}
