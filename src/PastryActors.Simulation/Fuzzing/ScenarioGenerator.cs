using System.Globalization;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Fuzzing;

/// <summary>
/// Draws scenarios: 8 to 64 nodes with files, topics and in one of three a channel, and rounds in each of which something goes wrong while traffic goes on. It
/// keeps to what the ring promises to survive: fewer than k nodes fail at once, and the next fail when the ring has settled.
/// </summary>
internal static class ScenarioGenerator
{
    private const int RoundsMax = 6;

    /// <summary>One less than k of the local preset. Where disks lose replicas without a word, one more may be gone than anybody knows.</summary>
    private const int CrashesMax = 2;

    /// <summary>All but those about messages, which make the streams of their round hard to judge: they have a chance of their own.</summary>
    private static readonly string[] Lies = [.. Enum.GetNames<LieKind>().Where(static n => n != nameof(LieKind.Messages)).Select(static n => n.ToLowerInvariant())];

    private static readonly string[] TopicNames = ["news", "sport", "weather"];

    /// <summary>The scenario of a seed.</summary>
    public static Scenario Draw(ulong seed)
    {
        var random = new RandomSource(seed);
        List<ScenarioStep> steps = [.. Lines("join all over=" + random.Next(20) + "s", "whole within=5m")];
        // Topics that keep their past; a source of its own, too. Prefixes keep none, and do not survive what those do.
        var keeps = new RandomSource(Mixing.Of(seed, 0x504153));
        var kinds = new RandomSource(Mixing.Of(seed, 0x4B494E44));
        if (keeps.Next(2) == 0) keeps = null;
        else steps.AddRange(Lines([.. TopicNames.Select(t => $"create topic={t} retain={RetentionOf(kinds)}")]));
        foreach (string topic in TopicNames.Take(1 + random.Next(3))) steps.AddRange(Lines(Text($"subscribe {1 + random.Next(6)} topic={topic} over=2s")));
        // A source of its own: what a seed drew before there were prefixes and anycasts it still draws.
        var extras = new RandomSource(Mixing.Of(seed, 0x455854));
        bool hasExtras = extras.Next(2) == 0 && keeps is null;
        if (hasExtras) steps.AddRange(Lines(Text($"subscribe {1 + extras.Next(4)} topic=news/# over=2s"), Text($"subscribe {1 + extras.Next(4)} topic=jobs anycasts={1 + extras.Next(50)} over=2s")));
        var streams = new RandomSource(Mixing.Of(seed, 0x4348414E));
        if (streams.Next(3) != 0) streams = null;
        else steps.AddRange(Lines(Text($"watch {4 + streams.Next(12)} channel=live over=2s")));
        steps.AddRange(Lines(Text($"insert {1 + random.Next(30)} over=3s"), "settle"));
        int rounds = 1 + random.Next(RoundsMax);
        bool damages = random.Next(2) == 0;
        for (int i = 0; i < rounds; i++)
        {
            if (hasExtras) steps.AddRange(Extras(extras));
            if (kinds.Next(12) == 0) steps.AddRange(Lines(Text($"lie {1 + kinds.Next(8)} kind=messages for={5 + kinds.Next(20)}s")));
            if (streams is not null) steps.AddRange(Lines(StreamOf(streams)));
            steps.AddRange(Round(random, damages, keeps));
        }

        return new Scenario
        {
            Name = Text($"fuzz-{seed}"),
            About = "Drawn by chance.",
            Nodes = 8 + random.Next(57),
            Seed = seed,
            Topology = random.Next(3) switch
            {
                0 => ["constant", "20ms"],
                1 => ["plane", Text($"{20 + random.Next(100)}ms")],
                _ => ["transit-stub"],
            },
            Options = WorldOf(random, damages, streams),
            Steps = steps.ToValueList(),
        };
    }

    private static ValueList<ScenarioOption> WorldOf(RandomSource random, bool damages, RandomSource? streams)
    {
        List<ScenarioOption> options = [new("scribe", "segment-messages", "4")];
        // From hardly more than a reader takes to so much that nobody is ever full.
        if (streams is not null) options.Add(new("streams", "offer", Text($"{18 + streams.Next(24)}")));
        if (random.Next(2) == 0) options.Add(new("world", "jitter-max", Text($"{1 + random.Next(40)}ms")));
        if (random.Next(2) == 0) options.Add(new("world", "link-failed-after", "never"));
        if (damages) options.AddRange([new("disk", "interrupted-write-survives", "0.5"), new("disk", "interrupted-write-torn", "0.5")]);
        // Room so scarce that some files go to neighbours, and some nowhere.
        if (random.Next(2) == 0) options.Add(new("past", "capacity-bytes", Text($"{400_000 + random.Next(1_600_000)}")));
        // A quota that some runs reach; debits are let go while a run lasts, and while most cuts do.
        if (random.Next(3) == 0) options.AddRange([new("past", "owner-quota-bytes", Text($"{500_000 + random.Next(8_000_000)}")), new("past", "debit-grace", "20s")]);
        return options.ToValueList();
    }

    /// <summary>All of the past as often as a part of it.</summary>
    private static string RetentionOf(RandomSource random) => random.Next(4) switch
    {
        0 => Text($"{1 + random.Next(40)}"),
        1 => Text($"{1 + random.Next(90)}s"),
        _ => "forever",
    };

    /// <summary>A stream goes on while a round's fault strikes, and readers come or go.</summary>
    private static string[] StreamOf(RandomSource random)
    {
        string stream = Text($"stream {10 + random.Next(100)} channel=live over={3 + random.Next(20)}s meanwhile");
        return random.Next(4) switch
        {
            0 => [stream, Text($"+{random.Next(4)}s watch {1 + random.Next(4)} channel=live over=2s meanwhile")],
            1 => [stream, Text($"+{random.Next(4)}s unwatch {1 + random.Next(3)} channel=live")],
            _ => [stream],
        };
    }

    private static IEnumerable<ScenarioStep> Extras(RandomSource random)
    {
        string over = Text($"over={5 + random.Next(15)}s meanwhile");
        return Lines(
            Text($"publish {random.Next(15)} topic=news/{random.Next(4)} {over}"), Text($"publish {random.Next(15)} topic=news/{random.Next(2)}/sport {over}"),
            Text($"anycast {random.Next(15)} topic=jobs {over}"), Text($"subscribe {random.Next(2)} topic=news/# {over}"));
    }

    private static IEnumerable<ScenarioStep> Round(RandomSource random, bool damages, RandomSource? keeps)
    {
        string over = Text($"over={5 + random.Next(15)}s meanwhile");
        List<string> lines = [Text($"lookup {random.Next(100)} {over}"), Text($"read {random.Next(30)} {over}"), Text($"insert {random.Next(10)} {over}")];
        lines.Add(Text($"publish {random.Next(20)} topic={TopicNames[random.Next(TopicNames.Length)]} {over}"));
        if (random.Next(3) == 0) lines.Add(Text($"reclaim {1 + random.Next(3)} {over}"));
        if (random.Next(3) == 0) lines.Add(Text($"subscribe {1 + random.Next(4)} topic={TopicNames[random.Next(TopicNames.Length)]} {over}"));
        if (keeps is not null && keeps.Next(2) == 0) lines.Add(Text($"replay {1 + keeps.Next(3)} topic={TopicNames[keeps.Next(TopicNames.Length)]} {over}"));
        // Everybody dies at once: only what lies on disks is left, and that must be all that was promised.
        string[] fault = Fault(random, damages);
        if (keeps is not null && !damages && keeps.Next(4) == 0)
        {
            fault = [Text($"+{keeps.Next(3000)}ms crash all"), Text($"+{keeps.Next(8000)}ms restart all over=2s"), "whole within=10m"];
            // The first few that are back are a ring of their own, right to say that a file is nowhere and to deliver what belongs to those who are not.
            lines.RemoveAll(static l => l.StartsWith("read", StringComparison.Ordinal) || l.StartsWith("lookup", StringComparison.Ordinal));
        }

        lines.AddRange(fault);
        lines.Add(Text($"+{5 + random.Next(20)}s settle"));
        return Lines([.. lines]);
    }

    private static string[] Fault(RandomSource random, bool damages)
    {
        string after = Text($"+{random.Next(3000)}ms");
        string count = Text($"{1 + random.Next(damages ? CrashesMax - 1 : CrashesMax)}");
        return random.Next(damages ? 12 : 11) switch
        {
            0 => [$"{after} crash {count} over=1s"],
            1 => [$"{after} crash {count}", Text($"+{random.Next(8000)}ms restart all")],
            2 => [$"{after} crash 1", Text($"+{random.Next(8000)}ms restart all moved")],
            3 => [$"{after} crash 1", "+15s settle", "restart all fresh"],
            4 => [$"{after} leave {count} over=2s"],
            5 => [Text($"{after} join {1 + random.Next(6)} over=3s")],
            6 => [Text($"{after} cut {10 + random.Next(40)}% for={1 + random.Next(40)}s")],
            7 => [Text($"{after} loss {1 + random.Next(5)}%"), "+10s loss 0%"],
            8 => [Text($"{after} stall {count} for={1 + random.Next(4)}s")],
            9 => [Text($"{after} disk-full {count} for={1 + random.Next(20)}s")],
            10 => [Text($"{after} lie {count} kind={Lies[random.Next(Lies.Length)]} for={5 + random.Next(30)}s")],
            _ => [Text($"{after} rot {1 + random.Next(5)}")],
        };
    }

    /// <summary>Lines go through the reader: what is drawn is what a file could say.</summary>
    private static IEnumerable<ScenarioStep> Lines(params string[] lines) => ScenarioReader.Read("drawn", string.Join('\n', lines)).Steps;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
