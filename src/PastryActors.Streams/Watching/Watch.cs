using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams.Watching;

/// <summary>One local reader of a channel. A reader that does not keep up misses blocks, and is told so before the next; nothing queues here for it.</summary>
/// <param name="deadline">Until when enough stripes must come in.</param>
internal sealed class Watch(WatchChannel request, Instant deadline, Action<Reply> reply) : IBlockReader
{
    private const string TooSlow = "the reader did not keep up";

    private int _unread;
    private (ulong From, ulong To)? _missed;

    public long Id => request.Id;

    public Instant Deadline { get; } = deadline;

    /// <summary>Whether it was answered that it stands.</summary>
    public bool Stands { get; set; }

    private bool HasCredit => request.Window == 0 || _unread < request.Window;

    public void Refund(int read)
    {
        _unread = Math.Max(0, _unread - Math.Max(0, read));
        TellMissed();
    }

    public void Began(StreamKey key, ulong first) => reply(new StreamBegan(request.Id, key, first));

    public void Block(ulong number, Blob payload)
    {
        TellMissed();
        if (HasCredit) Give(new StreamBlock(request.Id, number, payload));
        else Miss(number, number);
    }

    public void Gap(ulong from, ulong to, string reason)
    {
        TellMissed();
        if (HasCredit) Give(new StreamGap(request.Id, from, to, reason));
        else Miss(from, to);
    }

    public void Ended(ulong last, bool isComplete)
    {
        // One answer a stream more than the window, or the end would be what is missed.
        if (_missed is { } missed) reply(new StreamGap(request.Id, missed.From, missed.To, TooSlow));
        _missed = null;
        reply(new StreamEnded(request.Id, last, isComplete));
    }

    private void TellMissed()
    {
        if (_missed is not { } missed || !HasCredit) return;
        _missed = null;
        Give(new StreamGap(request.Id, missed.From, missed.To, TooSlow));
    }

    private void Miss(ulong from, ulong to) => _missed = (_missed?.From ?? from, to);

    private void Give(Reply answer)
    {
        _unread++;
        reply(answer);
    }
}
