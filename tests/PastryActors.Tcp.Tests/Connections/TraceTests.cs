using System.Diagnostics;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>What caused a message stands in its frame; that it comes out at the other end is for the conformance suite to say.</summary>
public sealed class TraceTests
{
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
}
