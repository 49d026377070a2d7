using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Nodes;

/// <summary>Applications that watch channels and publish streams of marked blocks, and the book of all that they were told.</summary>
public sealed class ChannelWorkload(SimRing ring)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Every watch, with all that was delivered to it.</summary>
    public List<ChannelWatch> Watches { get; } = [];

    /// <summary>Every stream that was published.</summary>
    public List<ChannelStream> Streams { get; } = [];

    /// <summary>Has a node watch a channel.</summary>
    public void Watch(SimNode node, string channel) =>
        Watches.Add(new ChannelWatch(channel, ring.World.Ask(node, new WatchChannel(ring.World.NextRequestId(), RequestTimeout, channel))));

    /// <summary>Ends a watch; nothing is promised about it any more.</summary>
    public void Unwatch(ChannelWatch watch)
    {
        Watches.Remove(watch);
        if (watch.IsLive) ring.World.Ask(watch.Ask.Node, new EndWatch(ring.World.NextRequestId(), RequestTimeout, watch.Ask.Request.Id));
    }

    /// <summary>
    /// Has a node begin a stream, and waits until it may publish; null if it may not, with its last answer. A channel that another publishes on, or
    /// did until it died, is asked for again.
    /// </summary>
    public ChannelStream? Open(SimNode node, string channel, out Reply? answer)
    {
        Instant deadline = ring.World.Now + RequestTimeout;
        while (true)
        {
            (ChannelStream? stream, answer) = TryOpen(node, channel);
            if (stream is not null || answer is not Failed { Code: FailureCode.Busy } || ring.World.Now >= deadline) return stream;
            ring.World.RunFor(TimeSpan.FromSeconds(1));
        }
    }

    private (ChannelStream?, Reply?) TryOpen(SimNode node, string channel)
    {
        // Of two streams the later is the channel's: their clocks are the world's.
        ulong epoch = 1 + (ulong)((ring.World.Now - default(Instant)).TotalMilliseconds * 1000);
        SimAsk ask = ring.World.Ask(node, new OpenStream(ring.World.NextRequestId(), RequestTimeout, channel, epoch));
        if (ring.World.Await(ask, RequestTimeout) is not StreamOpened opened) return (null, ask.Last);
        var stream = new ChannelStream(channel, ask, opened);
        Streams.Add(stream);
        return (stream, opened);
    }

    /// <summary>Has the publisher publish the stream's next block: how many it was given before, and one, over and over.</summary>
    public void Publish(ChannelStream stream, int bytes, bool isEnd)
    {
        if (stream.Ask.IsOrphaned) return;
        Blob content = BlockOf((ulong)stream.Blocks.Count + 1, bytes);
        stream.Blocks.Add(ring.World.Ask(stream.Ask.Node, new PublishBlock(ring.World.NextRequestId(), RequestTimeout, stream.Ask.Request.Id, content, isEnd)));
    }

    private static Blob BlockOf(ulong number, int bytes)
    {
        byte[] block = new byte[bytes];
        Span<byte> mark = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(mark, number);
        for (int i = 0; i < bytes; i++) block[i] = mark[i % mark.Length];
        return block;
    }

    /// <summary>Adds what readers were given and not given.</summary>
    internal void AddTo(Figures figures)
    {
        if (Streams.Count == 0) return;
        figures["blocksPublished"] = Streams.Sum(static s => s.Blocks.Count(static b => b.Last is BlockPublished));
        figures["blocksDelivered"] = Watches.Sum(static w => (long)w.Ask.Replies.Count(static r => r is StreamBlock));
        figures["blocksLost"] = Watches.Where(static w => w.IsLive).Sum(static w => w.Ask.Replies.OfType<StreamGap>().Sum(static g => (long)(g.To - g.From + 1)));
    }
}

/// <summary>One watch.</summary>
/// <param name="Channel">Name of the channel.</param>
/// <param name="Ask">The request, which collects all that was delivered.</param>
public sealed record ChannelWatch(string Channel, SimAsk Ask)
{
    /// <summary>Whether it stands: its node is up, in the same start, and it was answered.</summary>
    public bool IsLive => !Ask.IsOrphaned && Ask.Replies.Any(static r => r is WatchBegan) && Ask.Last is not Failed;
}

/// <summary>One stream.</summary>
/// <param name="Channel">Name of the channel.</param>
/// <param name="Ask">The request that began it.</param>
/// <param name="Opened">Its answer.</param>
public sealed record ChannelStream(string Channel, SimAsk Ask, StreamOpened Opened)
{
    /// <summary>Every block that was handed to the publisher, in order. One that was refused has no number, and those after it have lower ones.</summary>
    public List<SimAsk> Blocks { get; } = [];
}
