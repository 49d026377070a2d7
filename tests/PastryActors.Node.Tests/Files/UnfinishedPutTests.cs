using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Files;

/// <summary>Whatever ends a put: what it stored is in a file that the owner knows, or noted as unfinished, or gone.</summary>
public sealed class UnfinishedPutTests : IDisposable
{
    private readonly TestNode _node = new();

    [Fact]
    public async Task A_chunk_on_its_way_when_another_is_over_quota_is_taken_back_too()
    {
        byte[] content = TestNode.Bytes(6 * TestNode.Chunk);
        Hash256 second = Hash256.Of(content.AsSpan(TestNode.Chunk, TestNode.Chunk));
        TaskCompletionSource flew = new(TaskCreationOptions.RunContinuationsAsynchronously), said = new(TaskCreationOptions.RunContinuationsAsynchronously), release = new();
        int flying = 0;
        bool early = false;
        _node.Ring.Hold = request =>
        {
            if (request is ReclaimObject && Volatile.Read(ref flying) > 0) early = true;
            if (request is not InsertObject { Certificate: var c } || _node.Ring.Inserts.IsEmpty) return Task.CompletedTask;
            if (c.ContentHash == second) return flew.Task;
            Interlocked.Increment(ref flying);
            flew.TrySetResult();
            return release.Task;
        };
        _node.Ring.Before = request =>
        {
            if (request is not InsertObject { Certificate: var c } || _node.Ring.Inserts.IsEmpty) return null;
            if (c.ContentHash != second)
            {
                Interlocked.Decrement(ref flying);
                return null;
            }

            said.TrySetResult();
            return new Failed(request.Id, FailureCode.OverQuota, "the owner's ledger");
        };
        Task<FileInserted> insert = _node.InsertAsync(content);
        await said.Task.WaitAsync(TestNode.Deadline);
        // Time enough for whoever would not wait.
        for (int i = 0; i < 5000; i++) await Task.Yield();
        release.SetResult();

        Assert.Equal(FailureCode.OverQuota, (await Assert.ThrowsAsync<RequestFailedException>(() => insert)).Code);
        Assert.False(early, "a part was reclaimed while others were still on their way");
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task A_put_that_its_user_gives_up_ends_when_the_outcome_of_all_that_it_sent_is_known()
    {
        var hold = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        _node.Ring.Hold = request =>
        {
            if (request is not InsertObject || _node.Ring.Inserts.IsEmpty) return Task.CompletedTask;
            reached.TrySetResult();
            return hold.Task;
        };
        byte[] content = TestNode.Bytes(4 * TestNode.Chunk);
        Task<FileInserted> insert = _node.Services.Inserter.InsertAsync(new InsertFile("n", "", 3, content.Length), new MemoryStream(content), new InsertProgress(), stop.Token);
        await reached.Task.WaitAsync(TestNode.Deadline);
        await stop.CancelAsync();
        Assert.True(Assert.Single(_node.Journal.Unfinished()).Running);
        hold.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => insert);
        UnfinishedPut left = Assert.Single(_node.Journal.Unfinished());
        Assert.False(left.Running);
        Assert.Equal(_node.Ring.Objects.Count, left.Parts);
        await _node.Services.Inspector.ReclaimAsync(left.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
    }

    [Theory]
    [InlineData(FailureCode.Unreachable)]
    [InlineData(FailureCode.TimedOut)]
    [InlineData(FailureCode.Busy)]
    public async Task What_cannot_be_taken_back_now_stays_noted(FailureCode trouble)
    {
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        bool isOut = true;
        _node.Ring.Before = request => request switch
        {
            InsertObject { Certificate.Kind: ObjectKind.FileTree } => new Failed(request.Id, FailureCode.OverQuota, "the owner's ledger"),
            ReclaimObject { Object: var id } when isOut && _node.Ring.Objects.TryGetValue(id, out var held) && held.Certificate.ContentLength == TestNode.Chunk => new Failed(request.Id, trouble, "not now"),
            _ => null,
        };
        Assert.Equal(FailureCode.OverQuota, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content))).Code);
        UnfinishedPut left = Assert.Single(_node.Journal.Unfinished());
        Assert.NotEmpty(_node.Ring.Objects);

        isOut = false;
        Assert.True(await _node.Services.Inspector.ReclaimAsync(left.File, TestNode.Deadline) > 0);
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task A_chunk_of_which_nobody_knows_stays_noted_though_nobody_has_it()
    {
        byte[] content = TestNode.Bytes(3 * TestNode.Chunk);
        Hash256 second = Hash256.Of(content.AsSpan(TestNode.Chunk, TestNode.Chunk));
        Hash256 third = Hash256.Of(content.AsSpan(2 * TestNode.Chunk, TestNode.Chunk));
        var refused = new TaskCompletionSource();
        _node.Ring.Hold = request => request is InsertObject { Certificate: var c } && c.ContentHash == second ? refused.Task : Task.CompletedTask;
        _node.Ring.Before = request =>
        {
            if (request is not InsertObject { Certificate: var c }) return null;
            if (c.ContentHash == second) return new Failed(request.Id, FailureCode.OverQuota, "the owner's ledger");
            if (c.ContentHash != third) return null;
            refused.SetResult();
            return new Failed(request.Id, FailureCode.TimedOut, "two of three receipts");
        };
        await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(content));
        Assert.NotEmpty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task A_small_file_whose_insert_came_to_no_end_is_listed_and_can_be_released()
    {
        _node.Ring.Before = request =>
        {
            if (request is not InsertObject insert) return null;
            _node.Ring.Objects[CertificateRules.ObjectOf(insert.Certificate)] = (insert.Certificate, insert.Content);
            return new Failed(request.Id, FailureCode.TimedOut, "two of three receipts");
        };
        Assert.Equal(FailureCode.TimedOut, (await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync([1, 2, 3]))).Code);
        UnfinishedPut left = Assert.Single(_node.Journal.Unfinished());
        Assert.Equal(("a file", 3L, 1, false), (left.Name, left.Size, left.Parts, left.Running));

        Assert.Equal(3, await _node.Services.Inspector.ReclaimAsync(left.File, TestNode.Deadline));
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task A_small_file_whose_insert_came_to_no_end_and_that_nobody_has_yet_can_be_released()
    {
        _node.Ring.Before = request => request is InsertObject ? new Failed(request.Id, FailureCode.TimedOut, "no receipts") : null;
        await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync([1, 2, 3]));
        Assert.Equal(0, await _node.Services.Inspector.ReclaimAsync(Assert.Single(_node.Journal.Unfinished()).File, TestNode.Deadline));
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task A_small_file_put_again_after_its_insert_came_to_no_end_leaves_no_note()
    {
        _node.Ring.Before = request => request is InsertObject ? new Failed(request.Id, FailureCode.TimedOut, "no receipts") : null;
        await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync([1, 2, 3]));
        FileId left = Assert.Single(_node.Journal.Unfinished()).File;
        _node.Ring.Before = _ => null;
        Assert.Equal(left, (await _node.InsertAsync([1, 2, 3])).File);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Theory]
    [InlineData(10, FailureCode.OverQuota)]
    [InlineData(10, FailureCode.Full)]
    [InlineData(3 * TestNode.Chunk, FailureCode.OverQuota)]
    [InlineData(3 * TestNode.Chunk, FailureCode.Full)]
    public async Task A_file_refused_at_its_first_object_is_noted_only_if_somebody_may_have_it(int size, FailureCode refusal)
    {
        HolderState state = HolderState.Missing;
        _node.Ring.Before = request => request switch
        {
            InsertObject => new Failed(request.Id, refusal, "no"),
            InspectObject => new ObjectInspected(request.Id, null, [new HolderReport(FakeRing.Self, HolderState.Missing), new HolderReport(FakeRing.Self, state)]),
            _ => null,
        };
        await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(TestNode.Bytes(size)));
        Assert.Empty(_node.Journal.Unfinished());
        foreach (HolderState unsure in new[] { HolderState.Held, HolderState.Unreachable })
        {
            state = unsure;
            await Assert.ThrowsAsync<RequestFailedException>(() => _node.InsertAsync(TestNode.Bytes(size)));
            Assert.NotEmpty(_node.Journal.Unfinished());
        }
    }

    [Fact]
    public async Task What_a_put_sent_beside_a_file_goes_with_it_even_if_its_process_died_as_it_ended()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        FileInserted beside = await _node.InsertAsync([4], "beside");
        string note = Path.Combine(_node.Folder, "files", "unfinished", done.File + ".parts");
        await File.WriteAllTextAsync(note, $"{{}}\n{done.File}\n{beside.File}\n");
        Assert.Empty(_node.Journal.Unfinished());
        Assert.False(File.Exists(note));

        await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Puts.LeftOf(done.File));
    }

    [Fact]
    public async Task A_put_whose_note_another_put_of_the_same_file_took_along_leaves_what_it_sent_noted_beside_it()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        using (PutNote slow = _node.Journal.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch))
        {
            slow.Add(new FileId(new RingId(7), 7));
            using PutNote fast = _node.Journal.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch);
            fast.Done();
        }

        Assert.Contains(new FileId(new RingId(7), 7), _node.Journal.Puts.LeftOf(done.File));
    }

    [Fact]
    public async Task A_reclaim_takes_what_an_unfinished_put_of_the_file_left()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        FileInserted beside = await _node.InsertAsync([4], "beside");
        using (PutNote again = _node.Journal.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch)) again.Add(beside.File);
        await _node.Services.Inspector.ReclaimAsync(done.File, TestNode.Deadline);
        Assert.Empty(_node.Ring.Objects);
        Assert.Empty(_node.Journal.Unfinished());
    }

    [Fact]
    public async Task To_list_puts_keeps_none_from_beginning()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        bool ended = false;
        Task lists = Task.Run(() =>
        {
            while (!Volatile.Read(ref ended)) _node.Journal.Puts.List();
        });
        for (int i = 0; i < 500; i++)
        {
            using PutNote note = _node.Journal.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch);
            if (i % 2 == 0) note.Done();
        }

        Volatile.Write(ref ended, true);
        await lists;
    }

    [Fact]
    public async Task A_small_file_that_is_put_costs_no_file_of_its_own_and_its_process_keeps_little()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        string[] before = Directory.GetFiles(Unfinished);
        for (int i = 0; i < 5000; i++)
        {
            using PutNote note = _node.Journal.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch, isSmall: true);
            note.Add(done.File);
            if (i == 2500) Assert.Equal(before, Directory.GetFiles(Unfinished));
            note.Done();
        }

        Assert.Equal(before, Directory.GetFiles(Unfinished));
        Assert.InRange(before.Sum(f => new FileInfo(f).Length), 1, 600 << 10);
        Assert.Empty(_node.Journal.Puts.List());
    }

    [Fact]
    public async Task Another_process_sees_a_small_put_run_and_finds_it_when_its_process_is_gone()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        using var other = new OwnerJournal(Path.Combine(_node.Folder, "files"), "other");
        var dying = new OwnerJournal(Path.Combine(_node.Folder, "files"), "dying");
        ObjectCertificate draft = done.Certificate with { File = new FileId(new RingId(7), 7) };
        dying.Puts.Begin(draft, 3, DateTimeOffset.UnixEpoch, isSmall: true).Add(draft.File);
        dying.Puts.Begin(done.Certificate, 3, DateTimeOffset.UnixEpoch, isSmall: true).Done();
        UnfinishedPut running = Assert.Single(other.Unfinished());
        Assert.Equal((draft.File, "a file", 3L, 1, true), (running.File, running.Name, running.Size, running.Parts, running.Running));
        Assert.Equal(FailureCode.Busy, (await Assert.ThrowsAsync<RequestFailedException>(() => other.Puts.ReleaseAsync(draft.File, _ => Task.CompletedTask))).Code);

        dying.Dispose();
        UnfinishedPut left = Assert.Single(other.Unfinished());
        Assert.Equal((draft.File, "a file", 3L, 1, false), (left.File, left.Name, left.Size, left.Parts, left.Running));
        FileId[] released = [];
        Assert.True(await other.Puts.ReleaseAsync(draft.File, parts =>
        {
            released = [.. parts];
            Assert.Equal(FailureCode.Busy, Assert.Throws<RequestFailedException>(() => other.Puts.Begin(draft, 3, DateTimeOffset.UnixEpoch, isSmall: true)).Code);
            return Task.CompletedTask;
        }));
        Assert.Equal([draft.File], released);
        Assert.Empty(other.Unfinished());
    }

    [Fact]
    public async Task A_line_torn_as_the_process_died_hides_no_small_put()
    {
        FileInserted done = await _node.InsertAsync([1, 2, 3]);
        var dying = new OwnerJournal(Path.Combine(_node.Folder, "files"), "dying");
        ObjectCertificate draft = done.Certificate with { File = new FileId(new RingId(7), 7) };
        dying.Puts.Begin(draft, 3, DateTimeOffset.UnixEpoch, isSmall: true).Add(draft.File);
        dying.Dispose();
        string path = Path.Combine(Unfinished, "dying.0.intents");
        string number = (await File.ReadAllTextAsync(path)).Split('+', ' ')[1];
        // What stands there is the beginning of the end of another put, and not the end of this.
        await File.AppendAllTextAsync(path, "garbage\n+99 {\"op\":\n+\n-" + number);
        Assert.Equal(draft.File, Assert.Single(_node.Journal.Unfinished()).File);
    }

    private string Unfinished => Path.Combine(_node.Folder, "files", "unfinished");

    public void Dispose() => _node.Dispose();
}
