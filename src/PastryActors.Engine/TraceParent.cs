using System.Diagnostics;

namespace PastryActors.Engine;

/// <summary>
/// What caused a piece of work, in a trace: it travels with requests, messages and results, so that one insert or lookup can be followed over every
/// hop. Null wherever nobody traces, which costs a flag in the frame and nothing else.
/// </summary>
public sealed record TraceParent(ActivityTraceId Trace, ActivitySpanId Span)
{
    /// <summary>Bytes of it in a frame: the trace's id, then the span's.</summary>
    public const int SizeBytes = 24;

    private const int TraceBytes = 16;

    /// <summary>The activity that runs here and now, if it is recorded; what is not sampled is not worth a byte.</summary>
    public static TraceParent? Current => Activity.Current is { Recorded: true } activity ? Of(activity) : null;

    /// <summary>An activity as the parent of others.</summary>
    public static TraceParent Of(Activity activity) => new(activity.TraceId, activity.SpanId);

    /// <summary>Reads what <see cref="WriteTo"/> wrote. Any bytes are ids; all zero name no parent.</summary>
    public static TraceParent Read(ReadOnlySpan<byte> source) =>
        new(ActivityTraceId.CreateFromBytes(source[..TraceBytes]), ActivitySpanId.CreateFromBytes(source[TraceBytes..SizeBytes]));

    /// <summary>Writes <see cref="SizeBytes"/> bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        // Each fills what it is given, so it is given its own bytes and no more.
        Trace.CopyTo(destination[..TraceBytes]);
        Span.CopyTo(destination[TraceBytes..SizeBytes]);
    }
}
