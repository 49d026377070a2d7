using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Every reader of a channel gets the blocks of its stream in order, each once and with the bytes that were published, or is told of those that
/// it does not get; and when all is over it has been given or told everything up to the last block that was published.
/// </summary>
public sealed class ChannelStreamChecker(ChannelWorkload channels) : IChecker
{
    /// <inheritdoc/>
    public string Name => "channelStreams";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = FirstProblem();
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{channels.Streams.Count} streams, {channels.Watches.Count} watches"));
    }

    /// <summary>The first thing that is wrong, in words; null if all is right.</summary>
    public string? FirstProblem()
    {
        foreach (ChannelWatch watch in channels.Watches)
        {
            Reading reading = new(channels.Streams, watch);
            foreach (Reply reply in watch.Ask.Replies)
            {
                if (reading.Read(reply) is { } problem) return problem;
            }

            if (watch.IsLive && reading.Missing() is { } missing) return missing;
        }

        return null;
    }

    /// <summary>One reader's answers, read in their order.</summary>
    private sealed class Reading(List<ChannelStream> streams, ChannelWatch watch)
    {
        private ulong _next;
        private ChannelStream? _stream;
        private Dictionary<ulong, Blob> _published = [];
        private bool _isOver;

        public string? Read(Reply reply) => reply switch
        {
            StreamBegan began => Begin(began),
            StreamBlock block => Take(block),
            StreamGap gap => Skip(gap),
            StreamEnded ended => End(ended),
            _ => null,
        };

        /// <summary>What the reader was neither given nor told of the last stream of its channel.</summary>
        public string? Missing()
        {
            // Who began to read after the stream had ended is owed nothing of it.
            if (_stream is null || _isOver || _stream != streams.Last(s => s.Channel == watch.Channel)) return null;
            ulong published = (ulong)_published.Count;
            return _next <= published ? $"{watch.Channel}: {watch.Ask.Node} was neither given nor told of block {_next} of {published}" : null;
        }

        private string? Begin(StreamBegan began)
        {
            _stream = streams.FirstOrDefault(s => s.Channel == watch.Channel && s.Opened.Key == began.Key);
            (_next, _isOver) = (began.First, false);
            if (_stream is null) return $"{watch.Channel}: {watch.Ask.Node} was told of a stream that nobody published";
            _published = _stream.Blocks.Where(static b => b.Last is BlockPublished).ToDictionary(static b => ((BlockPublished)b.Last!).Number, static b => ((PublishBlock)b.Request).Payload);
            return null;
        }

        private string? Take(StreamBlock block)
        {
            if (_stream is null || _isOver || block.Number != _next) return $"{watch.Channel}: {watch.Ask.Node} got block {block.Number}, next was {_next}";
            _next++;
            if (!_published.TryGetValue(block.Number, out Blob content)) return $"{watch.Channel}: {watch.Ask.Node} got block {block.Number}, which nobody published";
            return block.Payload != content ? $"{watch.Channel}: {watch.Ask.Node} got other bytes than were published as block {block.Number}" : null;
        }

        private string? Skip(StreamGap gap)
        {
            if (gap.From != _next || gap.To < gap.From) return $"{watch.Channel}: {watch.Ask.Node} was told of a gap from {gap.From} to {gap.To}, next was {_next}";
            _next = gap.To + 1;
            return null;
        }

        private string? End(StreamEnded ended)
        {
            _isOver = true;
            // An empty last block is told by the end alone.
            return ended.IsComplete && ended.Last + 1 != _next && ended.Last != _next ? $"{watch.Channel}: {watch.Ask.Node} was told that {ended.Last} was the last block, next was {_next}" : null;
        }
    }
}
