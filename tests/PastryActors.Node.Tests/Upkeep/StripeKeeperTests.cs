using PastryActors.Core.Coding;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Files;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Tests.Files;
using PastryActors.Node.Upkeep;
using PastryActors.Node.Workers;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Upkeep;

public sealed class StripeKeeperTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly StripeKeeper _keeper;
    private readonly HashSet<FileId> _reclaimed = [];
    private long _bytesPerSecond = long.MaxValue;

    public StripeKeeperTests()
    {
        _keeper = new StripeKeeper(_node.Ring, FakeRing.Self.Id, _node.Services.Reader, TestNode.Transfer, () => _node.Ring.Objects.Values.Select(o => o.Certificate).Where(c => c.Kind == ObjectKind.CodedTree).Select(c => c.File), TimeProvider.System);
        _node.Ring.Before = request => request switch
        {
            SteerRepair steer => new RepairSteered(steer.Id, new RepairStatus(RepairActivity.Idle, 0, 0, 0, 0, 0, 0, 0, 0, "", _bytesPerSecond, 8, [])),
            InspectObject inspect when _reclaimed.Contains(inspect.Object) => new ObjectInspected(inspect.Id, null, [new HolderReport(FakeRing.Self, HolderState.Held), new HolderReport(FakeRing.Self, HolderState.Reclaimed)]),
            _ => null,
        };
    }

    [Fact]
    public async Task What_is_missing_at_two_looks_is_made_again_the_same_and_anyone_can_check_it()
    {
        (FileId file, FileId[][] stripes, byte[] content) = await PutAsync(7, new StripeCode(3, 2));
        FileId[] lost = [stripes[0][0], stripes[1][4], stripes[2][0]];
        Dictionary<FileId, ObjectCertificate> before = lost.ToDictionary(id => id, id => _node.Ring.Objects[id].Certificate);
        foreach (FileId id in lost) Assert.True(_node.Ring.Objects.TryRemove(id, out _));

        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal(new StripeKeeper.Report(1, 1, 3, 0, 0, ""), _keeper.Now);
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal(new StripeKeeper.Report(2, 1, 0, 0, 3, ""), _keeper.Now);
        using var verifier = new SignatureVerifier(new SignatureOptions());
        foreach (FileId id in lost)
        {
            ObjectCertificate made = _node.Ring.Objects[id].Certificate;
            Assert.Equal(before[id] with { CreatedUnixMilliseconds = 0, Signature = made.Signature }, made);
            Assert.True(verifier.AreGood([CertificateCodec.ClaimOf(made)]));
        }

        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal(3, _keeper.Now.Restored);
        await AssertReadsAsync(file, content);
    }

    [Fact]
    public async Task A_holder_that_comes_back_before_the_second_look_costs_nothing()
    {
        (_, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        _node.Ring.Objects.TryRemove(stripes[0][1], out var away);
        await _keeper.LapAsync(TestNode.Deadline);
        _node.Ring.Objects[stripes[0][1]] = away;
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal((0, 0), (_keeper.Now.Missing, _keeper.Now.Restored));
    }

    [Fact]
    public async Task Where_half_of_the_parity_is_gone_nothing_is_waited_for()
    {
        (FileId file, FileId[][] stripes, byte[] content) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][1..3]) _node.Ring.Objects.TryRemove(id, out _);
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal((0, 2), (_keeper.Now.Missing, _keeper.Now.Restored));
        await AssertReadsAsync(file, content);
    }

    [Fact]
    public async Task What_cannot_be_made_again_is_said_and_the_rest_is()
    {
        (_, FileId[][] stripes, _) = await PutAsync(7, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..3]) _node.Ring.Objects.TryRemove(id, out _);
        _node.Ring.Objects.TryRemove(stripes[1][0], out _);
        await _keeper.LapAsync(TestNode.Deadline);
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal((3, 1, 1), (_keeper.Now.Missing, _keeper.Now.Lost, _keeper.Now.Restored));
    }

    [Fact]
    public async Task Only_the_closest_live_holder_of_the_tree_is_its_keeper()
    {
        (_, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..2]) _node.Ring.Objects.TryRemove(id, out _);
        var other = new StripeKeeper(_node.Ring, new RingId(2), _node.Services.Reader, TestNode.Transfer, () => _node.Ring.Objects.Keys, TimeProvider.System);
        await other.LapAsync(TestNode.Deadline);
        Assert.Equal(new StripeKeeper.Report(1, 0, 0, 0, 0, ""), other.Now);
    }

    [Fact]
    public async Task One_that_rests_does_nothing()
    {
        (_, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..2]) _node.Ring.Objects.TryRemove(id, out _);
        _keeper.Paused = true;
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal(0, _keeper.Now.Restored);
        _keeper.Paused = false;
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal(2, _keeper.Now.Restored);
    }

    [Fact]
    public async Task A_file_that_is_being_reclaimed_gets_no_chunk_back()
    {
        (FileId file, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..2]) _node.Ring.Objects.TryRemove(id, out _);
        _reclaimed.Add(file);
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal((2, 0), (_keeper.Now.Missing, _keeper.Now.Restored));
    }

    [Fact]
    public async Task A_holder_that_refuses_is_named_and_what_is_missing_stays_so()
    {
        (_, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..2]) _node.Ring.Objects.TryRemove(id, out _);
        Func<Request, Reply?> before = _node.Ring.Before;
        _node.Ring.Before = request => request is InsertObject ? new Failed(request.Id, FailureCode.Full, "no room at all") : before(request);
        await _keeper.LapAsync(TestNode.Deadline);
        Assert.Equal((2, 0), (_keeper.Now.Missing, _keeper.Now.Restored));
        Assert.Contains("no room at all", _keeper.Now.LastError);
    }

    [Fact]
    public async Task It_goes_at_the_rate_of_repair()
    {
        (_, FileId[][] stripes, _) = await PutAsync(3, new StripeCode(3, 2));
        foreach (FileId id in stripes[0][..2]) _node.Ring.Objects.TryRemove(id, out _);
        _bytesPerSecond = 1;
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        Func<Request, Reply?> before = _node.Ring.Before;
        _node.Ring.Before = request =>
        {
            if (request is SteerRepair) asked.TrySetResult();
            return before(request);
        };
        Task lap = _keeper.LapAsync(stop.Token);
        await asked.Task.WaitAsync(TestNode.Deadline);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lap);
        Assert.DoesNotContain(stripes[0][0], _node.Ring.Objects.Keys);
    }

    public void Dispose() => _node.Dispose();

    private async Task<(FileId File, FileId[][] Stripes, byte[] Content)> PutAsync(int chunks, StripeCode code)
    {
        byte[] content = TestNode.Bytes((chunks * TestNode.Chunk) - 5);
        FileInserted done = await _node.Services.Inserter.InsertAsync(new InsertFile("coded", "", 3, content.Length) { Code = code }, new MemoryStream(content), new InsertProgress(), TestNode.Deadline);
        return (done.File, await CodedFileTests.StripesAsync(_node, done.File), content);
    }

    private async Task AssertReadsAsync(FileId id, byte[] content)
    {
        OpenFile file = await _node.Services.Reader.OpenAsync(id, TestNode.Deadline);
        var bytes = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> piece in _node.Services.Reader.ReadAsync(file, 0, file.Size, TestNode.Deadline)) bytes.Write(piece.Span);
        Assert.Equal(content, bytes.ToArray());
    }
}
