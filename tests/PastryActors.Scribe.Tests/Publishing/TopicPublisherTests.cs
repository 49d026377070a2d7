using PastryActors.Core.Driving;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Publishing;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Publishing;

public sealed class TopicPublisherTests
{
    private const int Window = PublisherMemory.WindowSize;
    private static readonly Instant Now = new(1);
    private static readonly Instant Later = new(2);
    private readonly TopicPublisher _publisher = new(TopicName.IdOf("news"), "news", 1);

    [Fact]
    public void No_more_are_open_at_once_than_a_root_remembers()
    {
        Add(Window + 500);
        Assert.Equal(Window, Send().Count);
        Assert.Empty(Send());
        _publisher.TakeRun(1, Window - 10);
        Assert.Equal(500, Send().Count);
    }

    [Fact]
    public void What_comes_after_one_without_an_answer_waits_when_the_window_ends()
    {
        Add(Window + 500);
        Send();
        _publisher.TakeRun(2, Window - 1);
        Assert.Empty(Send());
        _publisher.TakeRun(1, 1);
        Assert.Equal(500, Send().Count);
    }

    [Fact]
    public void An_open_publish_is_sent_in_no_more_parts_than_half_of_what_a_root_remembers()
    {
        int parts = 0;
        for (ulong number = 1; number <= Window; number++)
        {
            Add(1);
            if (Send().Count > 0) parts++;
            // All but the first are answered, one by one.
            if (number > 1) _publisher.TakeRun(number, 1);
            if (parts == PublisherMemory.RunsMax / 2) break;
        }

        Assert.Equal(PublisherMemory.RunsMax / 2, parts);
        Add(3);
        Assert.Empty(Send());
        // What was sent before goes again all the same, and counts no second time.
        _publisher.Unsend();
        Assert.Equal([1UL], Send());
        Assert.Empty(Send());
        _publisher.TakeRun(1, 1);
        Assert.Equal(3, Send().Count);
    }

    [Fact]
    public void What_gathers_waits_for_answers_until_it_is_a_quarter_of_the_window()
    {
        Add(33);
        Assert.Equal(33, Send().Count);
        Add(255);
        Assert.Empty(Send());
        Add(1);
        Assert.Equal(256, Send().Count);
        Add(100);
        Assert.Empty(Send());
        _publisher.TakeRun(1, 33 + 256 - 32);
        Assert.Equal(100, Send().Count);
    }

    [Fact]
    public void Large_messages_that_gather_wait_for_answers_however_many_they_are()
    {
        Add(33, 64 * 1024);
        Assert.Equal(33, Send().Count);
        Add(256, 64 * 1024);
        Assert.Empty(Send());
        _publisher.TakeRun(1, 1);
        Assert.Equal(256, Send().Count);
    }

    [Fact]
    public void One_signature_covers_at_most_so_many_and_what_it_covers_goes_at_once()
    {
        _publisher.Signs = true;
        Add(Window);
        for (ulong first = 1; first <= Window; first += SignedRun.MessagesMax)
        {
            List<OpenPublish> signing = Sign();
            Assert.Equal((first, SignedRun.MessagesMax), (signing[0].Number, signing.Count));
            Assert.Equal(signing, _publisher.Signed(signing, Run(first), Now));
        }

        Assert.Empty(Send());
    }

    [Fact]
    public void What_is_over_or_to_be_sent_again_when_its_signature_comes_does_not_go_with_the_rest()
    {
        _publisher.Signs = true;
        Add(5);
        List<OpenPublish> signing = Sign();
        _publisher.Take(2);
        Assert.Equal([1UL, 3UL, 4UL, 5UL], _publisher.Signed(signing, Run(1), Now).ConvertAll(o => o.Number));
        _publisher.SendAgain();
        Assert.Empty(_publisher.Signed(signing, Run(1), Now));
        Assert.Equal([1UL, 3UL, 4UL, 5UL], Send());
    }

    [Fact]
    public void What_is_signed_while_the_root_has_no_room_goes_when_the_time_has_come()
    {
        _publisher.Signs = true;
        Add(5);
        List<OpenPublish> signing = Sign();
        _publisher.HeldUntil = Later;
        Assert.Empty(_publisher.Signed(signing, Run(1), Now));
        Assert.Empty(Send());
        Assert.Equal(5, _publisher.NextToSend(Later, int.MaxValue).Count);
    }

    private List<OpenPublish> Sign() => _publisher.NextToSend(Now, int.MaxValue);

    private static SignedRun Run(ulong first) => new(new byte[] { 1 }, 1, first, default, new BatchSignature(new byte[64], 0, default));

    private void Add(int count, int bytes = 1)
    {
        for (int i = 0; i < count; i++) _publisher.Add(1, new Instant(long.MaxValue), new byte[bytes]);
    }

    private List<ulong> Send() => _publisher.NextToSend(Now, int.MaxValue).ConvertAll(o => o.Number);
}
