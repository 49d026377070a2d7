using System.Diagnostics;
using PastryActors.Core.Driving;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>What caused a message travels with it, where somebody traces.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly List<Activity> _spans = [];
    private readonly ActivityListener _listener;

    public TraceTests()
    {
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
    [InlineData(Lane.Control)]
    [InlineData(Lane.Bulk)]
    public async Task A_message_has_the_request_that_caused_it_for_its_parent(Lane lane)
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        using Activity root = new Activity("root") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        a.Send(b.Handle, new Note(7, "seven"), lane);
        Assert.Equal(new Note(7, "seven"), (await b.ReceiveAsync()).Body);
        await b.Node.StopAsync();

        Activity[] spans;
        lock (_spans) spans = [.. _spans.Where(s => s.TraceId == root.TraceId)];
        Activity received = Assert.Single(spans, s => s.DisplayName == nameof(Note));
        Activity asked = Assert.Single(spans, s => s.SpanId == received.ParentSpanId);
        Assert.Equal(root.SpanId, asked.ParentSpanId);
        Assert.Equal(b.Handle.Address, received.GetTagItem("pastry.node"));
    }

    [Fact]
    public async Task Without_a_trace_a_message_is_what_it_was()
    {
        await using TestNode a = await TestNode.StartAsync();
        await using TestNode b = await TestNode.StartAsync();
        using Activity unsampled = new Activity("unsampled").Start();
        a.Send(b.Handle, new Note(7, "seven"));
        await b.ReceiveAsync();
        lock (_spans) Assert.DoesNotContain(_spans, s => s.TraceId == unsampled.TraceId);
    }

    [Fact]
    public void A_trace_comes_back_as_written_and_is_counted_to_the_message()
    {
        var trace = new TraceParent(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        byte[] bytes = new byte[TraceParent.SizeBytes];
        trace.WriteTo(bytes);
        Assert.Equal(trace, TraceParent.Read(bytes));

        byte[] header = new byte[FrameHeader.SizeBytes];
        new FrameHeader(0x64, HasContent: false, 1, 2, TraceParent.SizeBytes, 0) { HasTrace = true }.WriteTo(header);
        Assert.Equal(Refusal.None, FrameHeader.TryRead(header, 1000, 1000, out FrameHeader read));
        Assert.True(read.HasTrace);
        new FrameHeader(0x64, HasContent: false, 1, 2, TraceParent.SizeBytes - 1, 0) { HasTrace = true }.WriteTo(header);
        Assert.Equal(Refusal.NotThisProtocol, FrameHeader.TryRead(header, 1000, 1000, out _));
    }

    public void Dispose() => _listener.Dispose();
}
