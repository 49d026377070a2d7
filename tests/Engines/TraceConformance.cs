using System.Diagnostics;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;

namespace PastryActors.Tests.Engines;

/// <summary>What caused a message travels with it, where somebody traces, so that one request can be followed over every node that works for it.</summary>
public abstract class TraceConformance : IDisposable
{
    private readonly IEngineUnderTest _engines;
    private readonly List<Activity> _spans = [];
    private readonly ActivityListener _listener;

    protected TraceConformance(IEngineUnderTest engines)
    {
        _engines = engines;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "PastryActors.Engine",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (_spans) _spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Theory]
    [InlineData(Lane.Control, 7, -1)]
    [InlineData(Lane.Bulk, 7, -1)]
    [InlineData(Lane.Bulk, 7, 200_000)]
    [InlineData(Lane.Control, 150_000, -1)]
    public async Task A_message_has_the_request_that_caused_it_for_its_parent(Lane lane, int length, int content)
    {
        await using RecordingNode a = await _engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await _engines.StartAsync(new EngineNeeds());
        var note = new Note(7, new string('x', length));
        using Activity root = new Activity("root") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        a.Send(b.Handle, note, lane, content < 0 ? null : new MemoryContent(new byte[content]));
        NodeEvent got = await b.ReceiveAsync();
        Assert.Equal((note, content), (got.Body, got.Content?.Length ?? -1));

        Activity received = Assert.Single(await SpansAsync(root, a, b), s => s.DisplayName == nameof(Note));
        AssertCaused(root, received);
        Assert.Equal(b.Handle.Address, received.GetTagItem("pastry.node"));
    }

    [Fact]
    public async Task A_result_of_work_brings_back_what_caused_the_work()
    {
        await using RecordingNode a = await _engines.StartAsync(new EngineNeeds { Prepare = n => n.OnWork = (work, completion) => Task.Run(() => completion.Completed(new JobDone(work.Id))) });
        await using RecordingNode b = await _engines.StartAsync(new EngineNeeds());
        a.OnEvent = (e, o) =>
        {
            if (e.Kind == NodeEventKind.WorkDone) o.Send(b.Handle, new Note(9));
        };
        using Activity root = new Activity("root") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        a.Do(o => o.Do(new Job(1)));
        await b.ReceiveAsync();

        Activity[] spans = await SpansAsync(root, a, b);
        Activity work = Assert.Single(spans, s => s.DisplayName == nameof(Job));
        Assert.Equal(work.SpanId, Assert.Single(spans, s => s.DisplayName == nameof(Note)).ParentSpanId);
    }

    [Fact]
    public async Task Nodes_of_one_process_pass_it_on_as_well()
    {
        await using RecordingNode a = await _engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = RecordingNode.AddTo(a.Engine);
        using Activity root = new Activity("root") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        a.Send(b.Handle, new Note(7));
        await b.ReceiveAsync();
        AssertCaused(root, Assert.Single(await SpansAsync(root, b, a), s => s.DisplayName == nameof(Note)));
    }

    [Fact]
    public async Task Without_a_trace_a_message_is_what_it_was()
    {
        await using RecordingNode a = await _engines.StartAsync(new EngineNeeds());
        await using RecordingNode b = await _engines.StartAsync(new EngineNeeds());
        using Activity unsampled = new Activity("unsampled").Start();
        a.Send(b.Handle, new Note(7, "seven"));
        await b.ReceiveAsync();
        Assert.Empty(await SpansAsync(unsampled, a, b));
    }

    public void Dispose()
    {
        _listener.Dispose();
        GC.SuppressFinalize(this);
    }

    private void AssertCaused(Activity root, Activity received)
    {
        lock (_spans) Assert.Equal(root.SpanId, Assert.Single(_spans, s => s.SpanId == received.ParentSpanId).ParentSpanId);
    }

    /// <summary>All spans of a trace, when the nodes have stopped and every one has ended: a message may arrive before the event that sent it is over.</summary>
    private async Task<Activity[]> SpansAsync(Activity root, params RecordingNode[] nodes)
    {
        foreach (RecordingNode node in nodes) await node.Node.StopAsync();
        lock (_spans) return [.. _spans.Where(s => s.TraceId == root.TraceId)];
    }
}
