using System.Diagnostics;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;

namespace PastryActors.Node.Benches;

/// <summary>Send so many messages of a size, with so many on their way at most.</summary>
internal sealed record SendRun(long Id, TimeSpan Timeout, int Messages, int Bytes, int Window) : Request(Id, Timeout);

/// <summary>What came of it. <paramref name="Trips"/>: from a message to the answer that covers it.</summary>
internal sealed record TransportRun(long RequestId, int Messages, double Seconds, LatencyHistogram Trips) : Reply(RequestId);

/// <summary>What the two cores say to each other: how many messages make one answer, in the application's number.</summary>
internal static class TransportWords
{
    /// <summary>Whatever is larger goes as content, on the lane of content, as chunks do.</summary>
    public const int MessageBytesMax = 16 * 1024;

    /// <summary>An answer every so many messages keeps the window open without doubling the traffic.</summary>
    public static int AnswerEach(int window) => Math.Max(1, window / 4);
}

/// <summary>Sends a run, a window at a time.</summary>
internal sealed class SendingCore(NodeHandle self, NodeHandle peer) : INodeCore
{
    private SendRun? _run;
    private Message _message = new ApplicationMessage(0, default);
    private ContentRef? _content;
    private LatencyHistogram _trips = new();
    private long _started;
    private long _markedAt;
    private int _sent;
    private int _answered;

    public NodeHandle Self => self;

    public void Start(Instant now, Outbox outbox)
    {
    }

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is SendRun run) Begin(run, outbox);
        else if (happened.Body is ApplicationMessage answer && _run is not null) OnAnswer((int)answer.Application, outbox);
    }

    private void Begin(SendRun run, Outbox outbox)
    {
        // Whole answers: what is left over would be counted to the next run.
        _run = run with { Messages = Math.Max(run.Messages - (run.Messages % TransportWords.AnswerEach(run.Window)), TransportWords.AnswerEach(run.Window)) };
        (_sent, _answered, _trips) = (0, 0, new LatencyHistogram());
        bool large = run.Bytes > TransportWords.MessageBytesMax;
        byte[] bytes = new byte[run.Bytes];
        new Random(1).NextBytes(bytes);
        _content = large ? new MemoryContent(bytes) : null;
        _message = new ApplicationMessage((uint)TransportWords.AnswerEach(run.Window), large ? default : new Core.Collections.Blob(bytes));
        _started = _markedAt = Stopwatch.GetTimestamp();
        Fill(outbox);
    }

    private void OnAnswer(int count, Outbox outbox)
    {
        SendRun run = _run!;
        _answered += count;
        _trips.Add(Stopwatch.GetElapsedTime(_markedAt).Ticks / TimeSpan.TicksPerMicrosecond);
        _markedAt = Stopwatch.GetTimestamp();
        if (_answered >= run.Messages)
        {
            outbox.Reply(new TransportRun(run.Id, _answered, Stopwatch.GetElapsedTime(_started).TotalSeconds, _trips));
            _run = null;
            return;
        }

        Fill(outbox);
    }

    private void Fill(Outbox outbox)
    {
        for (; _sent < _run!.Messages && _sent - _answered < _run.Window; _sent++)
            outbox.Send(peer, _message, _content is null ? Lane.Control : Lane.Bulk, _content);
    }
}

/// <summary>Answers every so many messages, as they ask for.</summary>
internal sealed class AnsweringCore(NodeHandle self) : INodeCore
{
    private int _unanswered;

    public NodeHandle Self => self;

    public void Start(Instant now, Outbox outbox)
    {
    }

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is not ApplicationMessage message || ++_unanswered < message.Application) return;
        outbox.Send(happened.From!, new ApplicationMessage((uint)_unanswered, default));
        _unanswered = 0;
    }
}
