using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Prefixes;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Publishing;

/// <summary>Questions whose answers take longer than the patience of who asks.</summary>
public sealed class FarRootTests
{
    private const string Name = "news/sport";
    private static readonly RingId Topic = TopicName.IdOf(Name);
    private static readonly NodeHandle Root = FakeHost.Peer(Topic.Plus(1));

    private readonly FakeHost _host = new(Topic.Plus(1000), new ScribeOptions { HeartbeatPeriod = TimeSpan.FromSeconds(1) }, Root.Id);

    [Fact]
    public void The_answer_to_the_first_question_counts_after_the_second()
    {
        _host.Component.OnRequest(new Publish(1, TimeSpan.FromMinutes(1), Name, new byte[] { 1 }));
        LocateRoot first = Assert.Single(Asked<LocateRoot>());
        _host.Pass(TimeSpan.FromSeconds(3));
        Assert.True(Asked<LocateRoot>().Count > 1, "it asks again");
        _host.Receive(new RootIs(Topic, first.Nonce), Root);
        Assert.Contains(_host.Sent, s => s.To == Root && s.Message is PublishItems);
    }

    [Fact]
    public void A_prefix_is_asked_for_under_one_nonce_until_it_is_answered()
    {
        _host.Component.OnRequest(new Publish(1, TimeSpan.FromMinutes(1), Name, new byte[] { 1 }));
        _host.Pass(TimeSpan.FromSeconds(3));
        List<ulong> nonces = Asked<TreeQuestion>().ConvertAll(q => q.Nonce);
        Assert.True(nonces.Count > 1, "it asks again");
        Assert.Single(nonces.Distinct());
    }

    [Fact]
    public void What_a_topic_below_a_prefix_allows_is_asked_for_under_one_nonce_until_it_is_answered()
    {
        const string Prefix = "news/#";
        RingId prefix = TopicName.IdOf(Prefix);
        var root = new FakeHost(prefix.Plus(1), new ScribeOptions { HeartbeatPeriod = TimeSpan.FromSeconds(1) });
        root.Component.OnRequest(new Subscribe(1, TimeSpan.FromMinutes(1), Prefix));
        for (ulong number = 1; number <= 3; number++)
        {
            root.Receive(new PublishItems(prefix, [new PublishItem(number, TopicPrefix.Wrap(Name, new byte[] { 1 }))]), Root);
            root.Pass(TimeSpan.FromSeconds(2));
        }

        List<ulong> nonces = [.. root.Routed.Select(r => r.Message).OfType<TreeQuestion>().Where(q => q.Topic == Topic).Select(q => q.Nonce)];
        Assert.True(nonces.Count > 1, "it asks again");
        Assert.Single(nonces.Distinct());
    }

    private List<T> Asked<T>()
        where T : Message => [.. _host.Routed.Select(r => r.Message).OfType<T>()];
}
