using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Micro.Operations;

/// <summary>The codec at work on a small message and on a batch: a sign of life, and a run of 64 messages of 100 bytes.</summary>
internal sealed class WireOperations
{
    public const int RunMessages = 64;

    private readonly WireCodec _codec = new(ScribeMessages.Kinds);
    private readonly WireWriter _writer = new(64 * 1024);
    private readonly RootIs _small;
    private readonly Multicast _run;
    private readonly byte[] _smallBytes;
    private readonly byte[] _runBytes;

    public WireOperations()
    {
        var random = new RandomSource(1);
        _small = new RootIs(random.NextRingId(), 7);
        _run = new Multicast(random.NextRingId(), new Term(3, random.NextRingId()), 1000, new([.. Enumerable.Range(0, RunMessages).Select(_ => new TopicItem(random.NextRingId(), new byte[100]))]));
        _smallBytes = Encoded(_small);
        _runBytes = Encoded(_run);
    }

    public void WriteSmall() => Write(_small);

    public void WriteRun() => Write(_run);

    public Message ReadSmall() => _codec.Read(RootIs.Number, _smallBytes);

    public Message ReadRun() => _codec.Read(Multicast.Number, _runBytes);

    private byte[] Encoded(Message message)
    {
        Write(message);
        return _writer.Written.ToArray();
    }

    private void Write(Message message)
    {
        _writer.Clear();
        message.Write(_writer);
    }
}
