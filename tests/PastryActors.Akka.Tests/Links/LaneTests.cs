using PastryActors.Akka.Links;
using PastryActors.Akka.Wire;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Akka.Tests.Links;

public sealed class LaneTests
{
    private const int MessageMax = 5000;
    private const int ContentMax = 20_000;

    [Fact]
    public void Messages_of_any_size_come_out_whole_and_in_order_whatever_the_pieces_and_the_window()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            int piece = random.Next(1, 3000);
            var sender = new SendLane(Lane.Bulk, piece, Math.Max(4 * piece, random.Next(20_000)));
            using var receiver = new ReceiveLane(MessageMax, ContentMax);
            var expected = new Queue<Outgoing>();
            ulong taken = 0;
            int finished = 0;
            for (int i = 0; i < 60; i++)
            {
                Outgoing message = Message(random, (byte)i);
                expected.Enqueue(message);
                sender.Add(message);
                while (sender.Next(out Outgoing? done) is { } frame)
                {
                    if (done is not null) finished++;
                    Assert.Equal(LinkRefusal.None, receiver.Take(frame, out Incoming? incoming));
                    if (incoming is { } got) Equal(expected.Dequeue(), got);
                    taken += (ulong)Cost.Of(frame);
                    if (random.Next(3) == 0) Assert.True(sender.TryCredit(taken));
                }

                Assert.True(sender.TryCredit(taken));
            }

            while (sender.Next(out Outgoing? done) is { } frame)
            {
                if (done is not null) finished++;
                Assert.Equal(LinkRefusal.None, receiver.Take(frame, out Incoming? incoming));
                if (incoming is { } got) Equal(expected.Dequeue(), got);
                Assert.True(sender.TryCredit(taken += (ulong)Cost.Of(frame)));
            }

            Assert.Empty(expected);
            Assert.Equal(60, finished);
            Assert.False(sender.IsHeld || sender.IsAwaiting);
        }
    }

    [Fact]
    public void No_more_than_the_window_is_on_its_way()
    {
        var sender = new SendLane(Lane.Bulk, 100, 1000);
        sender.Add(new Outgoing(1, new byte[5], new MemoryContent(new byte[10_000])));
        long sent = 0;
        while (sender.Next(out _) is { } frame) sent += Cost.Of(frame);
        Assert.InRange(sent, 1000, 1000 + 100 + 128);
        Assert.True(sender.IsHeld && sender.IsAwaiting);

        Assert.True(sender.TryCredit((ulong)sent));
        Assert.NotNull(sender.Next(out _));
    }

    [Fact]
    public void A_credit_for_what_was_never_sent_is_not_believed()
    {
        var sender = new SendLane(Lane.Control, 100, 1000);
        Assert.False(sender.TryCredit(1));
    }

    [Fact]
    public void What_waits_is_given_up_with_what_has_begun()
    {
        var sender = new SendLane(Lane.Control, 100, 1000);
        Outgoing first = new(1, new byte[500], null), second = new(2, new byte[1], null);
        sender.Add(first);
        sender.Add(second);
        sender.Next(out _);
        Assert.Equal([first, second], sender.Drain());
        Assert.Null(sender.Next(out _));
    }

    [Fact]
    public void What_the_peer_would_refuse_is_taken_out_before_it_is_begun()
    {
        var sender = new SendLane(Lane.Control, 100, 1000);
        Outgoing longMessage = new(1, new byte[51], null), muchContent = new(2, new byte[50], new MemoryContent(new byte[71])), good = new(3, new byte[50], new MemoryContent(new byte[70]));
        foreach (Outgoing message in new[] { longMessage, muchContent, good }) sender.Add(message);
        Assert.True(sender.TrySkip(50, 70, out Outgoing? skipped) && skipped == longMessage);
        Assert.True(sender.TrySkip(50, 70, out skipped) && skipped == muchContent);
        Assert.False(sender.TrySkip(50, 70, out _));
    }

    [Theory]
    [InlineData(2, 10, 10, LinkRefusal.BrokenSequence)]
    [InlineData(1, MessageMax + 1, 10, LinkRefusal.TooLarge)]
    [InlineData(1, 10, ContentMax + 1, LinkRefusal.TooLarge)]
    [InlineData(1, int.MaxValue, int.MaxValue, LinkRefusal.TooLarge)]
    [InlineData(1, -1, 10, LinkRefusal.BrokenSequence)]
    [InlineData(1, 10, -2, LinkRefusal.BrokenSequence)]
    internal void A_beginning_that_breaks_the_rules_is_refused_before_memory_is_taken(uint sequence, int message, int content, LinkRefusal expected)
    {
        using var lane = new ReceiveLane(MessageMax, ContentMax);
        Assert.Equal(expected, lane.Take(new Beginning(Lane.Bulk, sequence, 1, message, content), out _));
    }

    [Fact]
    public void Frames_that_do_not_fit_what_has_begun_are_refused()
    {
        Frame[][] wrong =
        [
            [new Piece(Lane.Bulk, 1, new byte[1])],
            [new Beginning(Lane.Bulk, 1, 1, 5, 5), new Whole(Lane.Bulk, 2, 1, new byte[1])],
            [new Beginning(Lane.Bulk, 1, 1, 5, 5), new Beginning(Lane.Bulk, 2, 1, 5, 5)],
            [new Beginning(Lane.Bulk, 1, 1, 5, 5), new Piece(Lane.Bulk, 2, new byte[11])],
            [new Beginning(Lane.Bulk, 1, 1, 5, 5), new Piece(Lane.Bulk, 2, default)],
            [new Beginning(Lane.Bulk, 1, 1, 5, 5), new Piece(Lane.Bulk, 3, new byte[5])],
        ];
        foreach (Frame[] frames in wrong)
        {
            using var lane = new ReceiveLane(MessageMax, ContentMax);
            foreach (Frame good in frames[..^1]) Assert.Equal(LinkRefusal.None, lane.Take(good, out _));
            Assert.Equal(LinkRefusal.BrokenSequence, lane.Take(frames[^1], out Incoming? none));
            Assert.Null(none);
        }
    }

    private static Outgoing Message(Random random, byte kind)
    {
        byte[] body = new byte[random.Next(4) == 0 ? 0 : random.Next(MessageMax)];
        random.NextBytes(body);
        byte[]? content = random.Next(3) switch { 0 => null, 1 => [], _ => new byte[random.Next(ContentMax)] };
        if (content is not null) random.NextBytes(content);
        return new Outgoing(kind, body, content is null ? null : new MemoryContent(content));
    }

    private static void Equal(Outgoing sent, Incoming got)
    {
        Assert.Equal(sent.Kind, got.Kind);
        Assert.True(sent.Body.Span.SequenceEqual(got.Body.Span));
        Assert.Equal(sent.Content is null, got.Content is null);
        if (sent.Content is null) return;
        Assert.True(sent.Content.Bytes.Span.SequenceEqual(got.Content!.Bytes.Span));
        Assert.Equal(Hash256.Of(sent.Content.Bytes.Span), got.Content.Hash);
    }
}
