using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requesting;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Tests.Requesting;

/// <summary>A node that stood still, or is behind its events, judges nobody by the time that it lost: what arrived meanwhile is heard first.</summary>
public sealed class LateLookupTests
{
    private static readonly MemoryContent Content = Make.Content("hello");
    private static readonly ObjectCertificate Certificate = Make.File("a", Content);

    private readonly FakeHost _host = new(Certificate.File.Key.Plus(1000));
    private readonly PastContext _context;
    private readonly RequestDesk _desk;
    private readonly NodeHandle[] _holders = [.. Enumerable.Range(1, 3).Select(i => new NodeHandle(Certificate.File.Key.Plus((uint)i), $"holder-{i}", 1))];
    private long _operation;

    public LateLookupTests()
    {
        _context = new PastContext(_host, new PastOptions { AttemptTimeout = TimeSpan.FromSeconds(5) }, new Catalog(), Keys.Of("node"), 1);
        _desk = new RequestDesk(_context);
    }

    [Fact]
    public void A_holder_asked_later_than_the_one_that_is_silent_is_not_silent_too()
    {
        LookUp(timeoutSeconds: 60);
        At(4, () => Hear(_holders[1], new FetchMiss(_operation, HolderState.Missing)));
        Assert.Equal(_holders[2], _host.Sent[^1].To);

        // The timer was set for the fifth second, and comes when the sixth has passed, whose answer waits behind it.
        At(12, _context.Operations.OnTimer);
        Assert.Empty(_host.Replies);
        Assert.Equal(TimeSpan.Zero, _host.Scheduled[^1].Delay);
        Answer(_holders[2]);
        Assert.Equal(_holders[2], Assert.IsType<ObjectFound>(Assert.Single(_host.Replies)).Holder);
    }

    [Fact]
    public void A_request_whose_deadline_passed_while_its_node_stood_still_takes_the_answer_that_waits()
    {
        LookUp(timeoutSeconds: 8);
        At(12, _context.Operations.OnTimer);
        Assert.Empty(_host.Replies);
        Answer(_holders[0]);
        Assert.IsType<ObjectFound>(Assert.Single(_host.Replies));
    }

    [Fact]
    public void A_request_whose_deadline_passed_fails_when_nothing_waits()
    {
        LookUp(timeoutSeconds: 8);
        At(12, _context.Operations.OnTimer);
        At(12, _context.Operations.OnTimer);
        Assert.Equal(FailureCode.TimedOut, Assert.IsType<Failed>(Assert.Single(_host.Replies)).Code);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(1000, 0)]
    public void Nobody_is_overtaken_by_an_asker_that_wakes_late_for_it(int wokenAtMilliseconds, int overtaken)
    {
        for (int i = 0; i < 16; i++) _desk.Haste.Took(TimeSpan.FromMilliseconds(10));
        Assert.True(_desk.TryTake(new LookupObject(1, TimeSpan.FromSeconds(60), Certificate.File)));
        Assert.Equal(TimeSpan.FromMilliseconds(30), _host.Scheduled[^1].Delay);
        _host.Now = new Instant(TimeSpan.FromMilliseconds(wokenAtMilliseconds).Ticks);
        _context.Operations.OnTimer();
        Assert.Equal(overtaken, _host.Facts.Count(f => f.Kind == FactKind.LookupOvertaken));
    }

    // Its route ends without the object; two of three candidates are asked.
    private void LookUp(int timeoutSeconds)
    {
        Assert.True(_desk.TryTake(new LookupObject(1, TimeSpan.FromSeconds(timeoutSeconds), Certificate.File)));
        _operation = ((LookupRequest)_host.Routed[^1].Message).Operation;
        Hear(new NodeHandle(new RingId(9), "root", 1), new LookupMiss(_operation, [.. _holders], 1));
        Assert.Equal([_holders[0], _holders[1]], _host.Sent.Select(s => s.To));
    }

    private void At(int second, Action happens)
    {
        _host.Now = new Instant(TimeSpan.FromSeconds(second).Ticks);
        happens();
    }

    private void Answer(NodeHandle holder)
    {
        Hear(holder, new ObjectAnswer(_operation, Certificate, 1), Content);
        _context.WorkDone(new Verified(_host.LastWork<Verify>().Id, true));
    }

    private void Hear(NodeHandle from, PastAnswer answer, ContentRef? content = null) =>
        Assert.True(_context.Operations.Heard(answer, new RoutedMessage { Key = _host.Self.Id, Source = from, Payload = answer, Content = content, Direct = true }));
}
