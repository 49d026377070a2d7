using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Files;

public sealed class FileTransferTests : IDisposable
{
    private readonly TestNode _node = new();

    public static TheoryData<int> Sizes => [0, 1, TestNode.Chunk - 1, TestNode.Chunk, TestNode.Chunk + 1, 2 * TestNode.Chunk, (5 * TestNode.Chunk) + 7];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_went_in_comes_out(int size)
    {
        byte[] content = TestNode.Bytes(size);
        FileInserted done = await _node.InsertAsync(content);

        Assert.Equal(size, done.Certificate.FileSize);
        Assert.Equal(size > TestNode.Chunk ? ObjectKind.FileTree : ObjectKind.File, done.Certificate.Kind);
        Assert.Equal(content, await ReadAsync(done, 0, size));
    }

    [Fact]
    public async Task Any_range_is_that_range_of_the_content()
    {
        byte[] content = TestNode.Bytes((5 * TestNode.Chunk) + 7);
        FileInserted done = await _node.InsertAsync(content);
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            int from = random.Next(content.Length + 1);
            int to = random.Next(from, content.Length + 1);
            Assert.Equal(content[from..to], await ReadAsync(done, from, to));
        }
    }

    [Fact]
    public async Task The_top_of_the_tree_goes_last_so_that_nothing_is_found_half_inserted()
    {
        await _node.InsertAsync(TestNode.Bytes(5 * TestNode.Chunk));
        Assert.Equal(6, _node.Ring.Inserts.Count);
        Assert.Equal(ObjectKind.FileTree, _node.Ring.Inserts.Last().Certificate.Kind);
    }

    [Fact]
    public async Task No_more_than_a_window_is_ever_on_its_way()
    {
        int flying = 0, most = 0;
        _node.Ring.Hold = async request =>
        {
            if (request is not InsertObject) return;
            int now = Interlocked.Increment(ref flying);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref flying);
        };
        await _node.InsertAsync(TestNode.Bytes(40 * TestNode.Chunk));
        Assert.InRange(most, 1, TestNode.Transfer.Window);
    }

    [Fact]
    public async Task A_reader_asks_for_more_with_every_part_that_comes_up_to_a_window()
    {
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(20 * TestNode.Chunk));
        OpenFile file = await _node.Services.Reader.OpenAsync(done.File, TestNode.Deadline);
        int asked = 0;
        _node.Ring.Before = request => { if (request is LookupObject) asked++; return null; };
        List<int> askedAtPart = [];
        await foreach (ReadOnlyMemory<byte> _ in _node.Services.Reader.ReadAsync(file, 0, file.Size, TestNode.Deadline)) askedAtPart.Add(asked);
        // One at first, that it comes soon; then a window of four, one more for each that is taken.
        Assert.Equal([1, 5, 6, 7], askedAtPart[..4]);
        Assert.Equal(20, asked);
    }

    [Fact]
    public async Task The_same_content_put_again_is_the_same_file_and_a_conflict_unless_accepted()
    {
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        FileInserted first = await _node.InsertAsync(content);
        Assert.Equal(FailureCode.Exists, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content))).Code);
        Assert.Equal(first.File, (await _node.InsertAsync(content, accept: true)).File);
    }

    [Fact]
    public async Task An_interrupted_insert_is_taken_up_with_offers_in_place_of_bytes()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        int left = 3;
        _node.Ring.Before = request => request is InsertObject && Interlocked.Decrement(ref left) < 0 ? new Failed(request.Id, FailureCode.Unreachable, "cut off") : null;
        Assert.Equal(FailureCode.Unreachable, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content))).Code);
        Assert.DoesNotContain(_node.Ring.Objects.Values, o => o.Certificate.IsFile());

        _node.Ring.Before = _ => null;
        _node.Ring.Inserts.Clear();
        FileInserted done = await _node.InsertAsync(content);
        Assert.All(_node.Ring.Inserts, i => Assert.True(i.OfferFirst));
        Assert.Equal(content, await ReadAsync(done, 0, content.Length));
    }

    [Fact]
    public async Task What_an_abandoned_insert_left_is_listed_and_can_be_released()
    {
        await AbandonAsync(TestNode.Bytes(5 * TestNode.Chunk));
        Assert.NotEmpty(_node.Ring.Objects);
        UnfinishedPut left = Assert.Single(_node.Journal.Unfinished());
        Assert.Equal(("a file", 5L * TestNode.Chunk, false), (left.Name, left.Size, left.Running));
        Assert.True(left.Parts >= _node.Ring.Objects.Count);

        Assert.True(await _node.Services.Inspector.ReclaimAsync(left.File, TestNode.Deadline) > 0);
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Unfinished());
        Assert.Equal(FailureCode.NotFound, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.Services.Inspector.ReclaimAsync(left.File, TestNode.Deadline))).Code);
    }

    [Fact]
    public async Task After_a_release_the_same_content_goes_under_another_id()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        await AbandonAsync(content);
        FileId left = Assert.Single(_node.Journal.Unfinished()).File;
        await _node.Services.Inspector.ReclaimAsync(left, TestNode.Deadline);
        FileInserted done = await _node.InsertAsync(content);
        Assert.NotEqual(left, done.File);
        Assert.Equal(content, await ReadAsync(done, 0, content.Length));
    }

    [Fact]
    public async Task A_finished_insert_leaves_no_note()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        await AbandonAsync(content);
        await _node.InsertAsync(content);
        Assert.Empty(_node.Journal.Unfinished());
        await _node.InsertAsync(content, accept: true);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task Parts_of_a_running_insert_cannot_be_released_and_no_insert_begins_while_they_are()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        var hold = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _node.Ring.Hold = request =>
        {
            if (request is not InsertObject || _node.Ring.Inserts.IsEmpty) return Task.CompletedTask;
            reached.TrySetResult();
            return hold.Task;
        };
        Task<FileInserted> insert = _node.InsertAsync(content);
        await reached.Task.WaitAsync(TestNode.Deadline);
        UnfinishedPut running = Assert.Single(_node.Journal.Unfinished());
        Assert.True(running.Running);
        Assert.Equal(FailureCode.Busy, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.Services.Inspector.ReclaimAsync(running.File, TestNode.Deadline))).Code);
        hold.SetResult();
        Assert.Equal(content, await ReadAsync(await insert, 0, content.Length));

        await AbandonAsync([.. content, 1]);
        FileId left = Assert.Single(_node.Journal.Unfinished()).File;
        bool refused = false;
        await _node.Journal.Puts.ReleaseAsync(left, async _ =>
            refused = (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync([.. content, 1]))).Code == FailureCode.Busy);
        Assert.True(refused);
    }

    [Fact]
    public async Task A_note_torn_by_a_crash_still_tells_of_all_parts_that_were_sent()
    {
        await AbandonAsync(TestNode.Bytes(5 * TestNode.Chunk));
        string note = Assert.Single(Directory.GetFiles(Path.Combine(_node.Folder, "files", "unfinished"), "*.parts"));
        await File.AppendAllTextAsync(note, "0123456789");
        await _node.Services.Inspector.ReclaimAsync(Assert.Single(_node.Journal.Unfinished()).File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
    }

    private async Task AbandonAsync(byte[] content)
    {
        int left = 3;
        _node.Ring.Before = request => request is InsertObject && Interlocked.Decrement(ref left) < 0 ? new Failed(request.Id, FailureCode.Unreachable, "cut off") : null;
        await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content));
        _node.Ring.Before = _ => null;
    }

    [Theory]
    [InlineData(10, FailureCode.Full)]
    [InlineData(3 * TestNode.Chunk, FailureCode.Full)]
    [InlineData(10, FailureCode.BadReceipt)]
    [InlineData(3 * TestNode.Chunk, FailureCode.BadReceipt)]
    public async Task A_place_that_is_full_or_lies_is_left_for_another_by_another_salt(int size, FailureCode refusal)
    {
        int refusals = 2;
        _node.Ring.Before = request => request is InsertObject && Interlocked.Decrement(ref refusals) >= 0 ? new Failed(request.Id, refusal, "not here") : null;
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(size));
        Assert.Equal(3, done.Salts.Count);
        Assert.Equal(done.Certificate.Salt, done.Salts[2]);
        Assert.Equal(3, done.Salts.Distinct().Count());
    }

    [Fact]
    public async Task Full_everywhere_is_said_after_four_salts()
    {
        int asked = 0;
        _node.Ring.Before = request =>
        {
            if (request is not InsertObject) return null;
            Interlocked.Increment(ref asked);
            return new Failed(request.Id, FailureCode.Full, "no room");
        };
        Assert.Equal(FailureCode.Full, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync([1, 2]))).Code);
        Assert.Equal(4, asked);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(5, 6)]
    [InlineData(0, 1)]
    public async Task Content_of_another_length_than_announced_is_refused(int announced, int real)
    {
        var file = new InsertFile("n", "", 3, announced);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(
            () => _node.Services.Inserter.InsertAsync(file, new MemoryStream(new byte[real]), new InsertProgress(), TestNode.Deadline));
        Assert.Equal(FailureCode.Invalid, refused.Code);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task A_chunk_without_room_goes_elsewhere_without_the_rest_of_its_file()
    {
        byte[] content = TestNode.Bytes((5 * TestNode.Chunk) + 7);
        Hash256 third = Hash256.Of(content.AsSpan(2 * TestNode.Chunk, TestNode.Chunk));
        _node.Ring.Before = request => request is InsertObject { Certificate: var c } && c.ContentHash == third && c.Salt.IsEmpty ? new Failed(request.Id, FailureCode.Full, "no room") : null;
        FileInserted done = await _node.InsertAsync(content);
        Assert.Single(done.Salts);
        Assert.Equal(1, CertificateRules.PlaceOf(_node.Ring.Objects.Values.Single(o => o.Certificate.ContentHash == third).Certificate).Attempt);
        Assert.Equal(content, await ReadAsync(done, 0, content.Length));

        // Whoever downloads computes the name of the content from the content alone.
        await using var elsewhere = new TestNode();
        FileInserted plain = await elsewhere.InsertAsync(content);
        Assert.NotEqual(plain.Certificate.ContentHash, done.Certificate.ContentHash);
        Assert.Equal(plain.Certificate.ContentHash, done.ContentHash);
        Assert.Equal(done.ContentHash, (await _node.Services.Inspector.InspectAsync(done.File, TestNode.Deadline)).ContentHash);
        await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task A_file_of_which_a_chunk_has_room_nowhere_is_taken_back()
    {
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        Hash256 last = Hash256.Of(content.AsSpan(4 * TestNode.Chunk));
        List<int> attempts = [];
        _node.Ring.Before = request =>
        {
            if (request is not InsertObject { Certificate: var c } || c.ContentHash != last) return null;
            attempts.Add(CertificateRules.PlaceOf(c).Attempt);
            return new Failed(request.Id, FailureCode.Full, "no room");
        };
        Assert.Equal(FailureCode.Full, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content))).Code);
        Assert.Equal([0, 1, 2, 3], attempts);
        Assert.Empty(_node.Ring.Objects);
    }

    [Fact]
    public async Task Progress_tells_durable_bytes_and_ends_at_the_size()
    {
        byte[] content = TestNode.Bytes((3 * TestNode.Chunk) + 5);
        var progress = new InsertProgress();
        await _node.Services.Inserter.InsertAsync(new InsertFile("n", "", 3, -1), new MemoryStream(content), progress, TestNode.Deadline);
        Assert.Equal(content.Length, progress.ReceivedBytes);
        Assert.Equal(content.Length, progress.DurableBytes);
    }

    [Fact]
    public async Task A_part_that_is_gone_is_unreachable_and_never_a_short_file()
    {
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(5 * TestNode.Chunk));
        var chunk = _node.Ring.Objects.First(o => o.Value.Certificate.Kind == ObjectKind.Chunk).Key;
        _node.Ring.Objects.TryRemove(chunk, out _);
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done, 0, 5 * TestNode.Chunk));
        Assert.Equal(FailureCode.Unreachable, failure.Code);
    }

    [Fact]
    public async Task A_part_of_other_content_is_refused_even_with_a_true_certificate()
    {
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(2 * TestNode.Chunk));
        var chunks = _node.Ring.Objects.Where(o => o.Value.Certificate.Kind == ObjectKind.Chunk).ToArray();
        _node.Ring.Objects[chunks[0].Key] = chunks[1].Value;
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(done, 0, 2 * TestNode.Chunk));
        Assert.Equal(FailureCode.Invalid, failure.Code);
    }

    [Fact]
    public async Task A_top_that_is_no_tree_is_refused()
    {
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(2 * TestNode.Chunk));
        _node.Ring.Objects[done.File] = (done.Certificate, new MemoryContent(TestNode.Bytes(100)));
        Assert.Equal(FailureCode.Invalid, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.Services.Reader.OpenAsync(done.File, TestNode.Deadline))).Code);
    }

    [Fact]
    public async Task A_reclaim_takes_every_part_and_the_file_can_come_back_under_another_id()
    {
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        FileInserted done = await _node.InsertAsync(content);
        long released = await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
        Assert.True(released > content.Length);

        FileInserted again = await _node.InsertAsync(content);
        Assert.NotEqual(done.File, again.File);
    }

    [Fact]
    public async Task A_stranger_cannot_reclaim()
    {
        FileInserted done = await _node.InsertAsync([1]);
        await using var stranger = new TestNode();
        stranger.Ring.Objects[done.File] = _node.Ring.Objects[done.File];
        Assert.Equal(FailureCode.Forbidden, (await Assert.ThrowsAsync<RequestFailedException>(() => stranger.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline))).Code);
        Assert.NotEmpty(stranger.Ring.Objects);
    }

    [Fact]
    public async Task Replicas_alive_is_the_least_over_all_parts()
    {
        FileInserted done = await _node.InsertAsync(TestNode.Bytes(3 * TestNode.Chunk));
        FileWhereabouts found = await _node.Services.Inspector.InspectAsync(done.File, TestNode.Deadline);
        Assert.Equal((3, 1), (found.Chunks, found.ReplicasAlive));
        _node.Ring.Objects.TryRemove(_node.Ring.Objects.First(o => o.Value.Certificate.Kind == ObjectKind.Chunk).Key, out _);
        Assert.Equal(0, (await _node.Services.Inspector.InspectAsync(done.File, TestNode.Deadline)).ReplicasAlive);
    }

    public void Dispose() => _node.Dispose();

    private async Task<byte[]> ReadAsync(FileInserted done, long from, long to)
    {
        OpenFile file = await _node.Services.Reader.OpenAsync(done.File, TestNode.Deadline);
        var read = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> piece in _node.Services.Reader.ReadAsync(file, from, to, TestNode.Deadline)) read.Write(piece.Span);
        return read.ToArray();
    }

    private static void InterlockedMax(ref int value, int with)
    {
        int seen;
        while ((seen = Volatile.Read(ref value)) < with) Interlocked.CompareExchange(ref value, with, seen);
    }
}
