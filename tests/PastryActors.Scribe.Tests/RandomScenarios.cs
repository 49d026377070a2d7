using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Tests.Loopback;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests;

/// <summary>Random runs with loss, deaths and joins: whatever happens, everybody alive gets everything published, once and in order.</summary>
public sealed class RandomScenarios
{
    private const int Seeds = 200;
    private const string Topic = "chaos";
    private static readonly RingId TopicId = TopicName.IdOf(Topic);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_published_is_lost_or_seen_twice(bool signed)
    {
        var problems = new List<string>();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            if (new Run(seed, signed).Problem() is { } problem) problems.Add($"seed {seed}: {problem}");
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private sealed class Run
    {
        private readonly LoopbackRing _ring;
        private readonly Dictionary<LoopbackNode, long> _subscriptions = [];
        private readonly List<(LoopbackNode Node, long Id, string Text)> _publishes = [];

        public Run(ulong seed, bool signed)
        {
            var random = new RandomSourceOf(seed);
            _ring = new LoopbackRing(seed, 8 + random.Next(16), new ScribeOptions { MaxChildren = 2 + random.Next(6) }, signed)
            {
                DetectionDelay = TimeSpan.FromMilliseconds(500 + random.Next(2000)),
            };
            foreach (LoopbackNode node in _ring.Nodes.Where(_ => random.Next(2) == 0)) _subscriptions.Add(node, node.Subscribe(Topic));
            _ring.RunFor(TimeSpan.FromSeconds(3));
            _ring.Loss = random.Next(3) * 0.04;
            for (int step = 0; step < 12; step++) Step(random, step);
            _ring.Loss = 0;
            _ring.RunFor(TimeSpan.FromSeconds(25));
        }

        public string? Problem()
        {
            List<string> published = _publishes.Where(p => p.Node.IsAlive && p.Node.AnswerTo(p.Id) is Published).Select(p => p.Text).ToList();
            if (_publishes.Find(p => p.Node.IsAlive && p.Node.AnswerTo(p.Id) is not Published) is { Text: not null } failed) return $"{failed.Text} was never published: {failed.Node.AnswerTo(failed.Id)}";
            foreach ((LoopbackNode node, long id) in _subscriptions.Where(s => s.Key.IsAlive))
            {
                if (ProblemAt(node, id, published) is { } problem) return $"{node.Self}: {problem}";
            }

            return null;
        }

        private static string? ProblemAt(LoopbackNode node, long id, List<string> published)
        {
            if (node.Replies.OfType<TopicGap>().FirstOrDefault(g => g.RequestId == id) is { } gap) return $"told of a gap: {gap}";
            List<(ulong Sequence, string Text)> received = node.Received(id);
            for (int i = 0; i < received.Count; i++)
            {
                if (received[i].Sequence != (ulong)i + 1) return $"number {received[i].Sequence} in place of {i + 1}";
            }

            if (received.Select(r => r.Text).Distinct().Count() != received.Count) return "a message was seen twice";
            return published.Except(received.Select(r => r.Text)).FirstOrDefault() is { } missed ? $"missed {missed}" : null;
        }

        private void Step(RandomSourceOf random, int step)
        {
            List<LoopbackNode> alive = _ring.Alive.ToList();
            for (int i = 0; i < 4; i++)
            {
                LoopbackNode publisher = alive[random.Next(alive.Count)];
                if (_ring.Options.SignMessages && !publisher.CanSign) continue;
                string text = $"{step}.{i}";
                _publishes.Add((publisher, publisher.Publish(Topic, text), text));
            }

            // One fault at a time, then the time to repair it: what more at once may cost is not promised.
            if (step % 4 == 1) Fault(random, alive);
            _ring.RunFor(TimeSpan.FromMilliseconds(step % 4 == 0 ? 5000 : random.Next(900)));
        }

        private void Fault(RandomSourceOf random, List<LoopbackNode> alive)
        {
            LoopbackNode root = _ring.RootOf(TopicId);
            switch (random.Next(4))
            {
                case 0: _ring.Kill(root); break;
                case 1: _ring.Kill(alive[random.Next(alive.Count)]); break;
                case 2: _ring.Join(TopicId.Plus((UInt128)(ulong)random.Next(1000))); break;
                default: _ring.Join(); break;
            }
        }
    }

    /// <summary>The run's own chance, apart from that of the ring.</summary>
    private sealed class RandomSourceOf(ulong seed)
    {
        private readonly Core.Driving.RandomSource _source = new(seed * 7919);

        public int Next(int bound) => _source.Next(bound);
    }
}
