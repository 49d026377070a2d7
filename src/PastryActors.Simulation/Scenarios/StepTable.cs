using System.Globalization;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios.Steps;

namespace PastryActors.Simulation.Scenarios;

/// <summary>What a verb of a timeline takes and does.</summary>
/// <param name="Usage">The line, for errors and for docs/scenarios.md.</param>
/// <param name="TakesAmount">Whether an amount must stand behind the verb; otherwise none may.</param>
/// <param name="Keys">The further words that it knows.</param>
/// <param name="Do">What happens.</param>
internal sealed record StepVerb(string Usage, bool TakesAmount, string[] Keys, Action<ScenarioRun, ScenarioStep> Do);

/// <summary>All verbs. A step that is read has passed <see cref="Problem"/>, so that doing it need not doubt its words.</summary>
internal static class StepTable
{
    private static readonly string[] TimedKeys = ["over", "for", "within", "by", "mean"];

    public static readonly IReadOnlyDictionary<string, StepVerb> Verbs = new Dictionary<string, StepVerb>
    {
        ["wait"] = new("wait", false, [], static (_, _) => { }),
        ["join"] = new("join COUNT|all [over=TIME [meanwhile]] | [paced=SHARE%]", true, ["over", "meanwhile", "paced"], MembershipSteps.Join),
        ["crash"] = new("crash COUNT|SHARE% [over=TIME] [meanwhile]", true, ["over", "meanwhile"], MembershipSteps.Crash),
        ["restart"] = new("restart COUNT|all [over=TIME] [fresh] [moved] [meanwhile]", true, ["over", "fresh", "moved", "meanwhile"], MembershipSteps.Restart),
        ["leave"] = new("leave COUNT|SHARE% [over=TIME] [meanwhile]", true, ["over", "meanwhile"], MembershipSteps.Leave),
        ["churn"] = new("churn mean=TIME over=TIME [sessions=poisson|gnutella] [meanwhile]", false, ["mean", "over", "sessions", "meanwhile"], MembershipSteps.Churn),
        ["whole"] = new("whole [within=TIME]", false, ["within"], MembershipSteps.Whole),
        ["settle"] = new("settle [within=TIME]", false, ["within"], MembershipSteps.Settle),
        ["cut"] = new("cut COUNT|SHARE% [oneway] [for=TIME]", true, ["oneway", "for"], FaultSteps.Cut),
        ["heal"] = new("heal", false, [], static (run, _) => FaultSteps.Heal(run)),
        ["loss"] = new("loss SHARE%", true, [], FaultSteps.Loss),
        ["duplicate"] = new("duplicate SHARE%", true, [], FaultSteps.Duplicate),
        ["stall"] = new("stall COUNT|SHARE% for=TIME", true, ["for"], FaultSteps.Stall),
        ["slow"] = new("slow COUNT|SHARE% by=TIME", true, ["by"], FaultSteps.Slow),
        ["rot"] = new("rot COUNT", true, [], FaultSteps.Rot),
        ["disk-full"] = new("disk-full COUNT|SHARE% [for=TIME]", true, ["for"], FaultSteps.DiskFull),
        ["lie"] = new("lie COUNT|SHARE% kind=drop|misroute|leafsets|content|proofs|messages [for=TIME]", true, ["kind", "for"], FaultSteps.Lie),
        ["lookup"] = new("lookup COUNT [over=TIME] [meanwhile]", true, ["over", "meanwhile"], TrafficSteps.Lookup),
        ["insert"] = new("insert COUNT [over=TIME] [size=BYTES] [meanwhile]", true, ["over", "size", "meanwhile"], TrafficSteps.Insert),
        ["read"] = new("read COUNT [over=TIME] [meanwhile]", true, ["over", "meanwhile"], TrafficSteps.Read),
        ["reclaim"] = new("reclaim COUNT [over=TIME] [meanwhile]", true, ["over", "meanwhile"], TrafficSteps.Reclaim),
        ["storage"] = new("storage COUNT|all [attempts=COUNT]", true, ["attempts"], StorageSteps.Storage),
        ["cache"] = new("cache COUNT|all", true, [], StorageSteps.Cache),
        ["subscribe"] = new("subscribe COUNT|SHARE% topic=NAME [anycasts=COUNT] [over=TIME] [meanwhile]", true, ["topic", "anycasts", "over", "meanwhile"], TopicSteps.Subscribe),
        ["anycast"] = new("anycast COUNT topic=NAME [over=TIME] [meanwhile]", true, ["topic", "over", "meanwhile"], TopicSteps.Anycast),
        ["create"] = new("create topic=NAME [retain=forever|COUNT|TIME]", false, ["topic", "retain"], TopicSteps.Create),
        ["replay"] = new("replay COUNT|SHARE% topic=NAME [over=TIME] [meanwhile]", true, ["topic", "over", "meanwhile"], TopicSteps.Replay),
        ["unsubscribe"] = new("unsubscribe COUNT topic=NAME", true, ["topic"], TopicSteps.Unsubscribe),
        ["publish"] = new("publish COUNT topic=NAME [over=TIME] [meanwhile]", true, ["topic", "over", "meanwhile"], TopicSteps.Publish),
        ["topics"] = new("topics COUNT [over=TIME]", true, ["over"], TopicSteps.Topics),
        ["trees"] = new("trees", false, [], static (run, _) => TopicSteps.Trees(run)),
        ["watch"] = new("watch COUNT|SHARE% channel=NAME [over=TIME] [meanwhile]", true, ["channel", "over", "meanwhile"], ChannelSteps.Watch),
        ["unwatch"] = new("unwatch COUNT|SHARE% channel=NAME", true, ["channel"], ChannelSteps.Unwatch),
        ["stream"] = new("stream COUNT channel=NAME over=TIME [size=BYTES] [meanwhile]", true, ["channel", "over", "size", "meanwhile"], ChannelSteps.Stream),
        ["fell"] = new("fell COUNT channel=NAME [over=TIME] [meanwhile]", true, ["channel", "over", "meanwhile"], ChannelSteps.Fell),
        ["mute"] = new("mute COUNT channel=NAME", true, ["channel"], ChannelSteps.Mute),
        ["forest"] = new("forest channel=NAME", false, ["channel"], ChannelSteps.Forest),
        ["measure"] = new("measure", false, [], static (run, _) => run.Window.Restart()),
        ["phase"] = new("phase name=NAME", false, ["name"], static (run, step) => run.EndPhase(step["name"]!)),
    };

    /// <summary>What is wrong with a step, or null.</summary>
    public static string? Problem(ScenarioStep step)
    {
        if (!Verbs.TryGetValue(step.Verb, out StepVerb? verb)) return $"{step.Verb} is neither a setting nor a step; the steps are {string.Join(", ", Verbs.Keys)}";
        if (verb.TakesAmount != (step.Amount.Length > 0) || AmountProblem(step.Amount)) return $"{step.Verb} is written: {verb.Usage}";
        foreach (KeyValuePair<string, string> word in step.Words)
        {
            if (!verb.Keys.Contains(word.Key)) return $"{step.Verb} knows no {word.Key}; it is written: {verb.Usage}";
            if (TimedKeys.Contains(word.Key)) ScenarioDuration.Parse(word.Value);
            if (word.Key == "kind" && !Enum.GetNames<LieKind>().Contains(word.Value, StringComparer.OrdinalIgnoreCase)) return $"no node lies about {word.Value}; it is written: {verb.Usage}";
            if (word.Key == "paced" && !(word.Value.EndsWith('%') && !AmountProblem(word.Value))) return $"a pace is a share of the members, as 5%, not {word.Value}";
            if (word.Key == "retain") TopicSteps.RetentionOf(word.Value);
            if (word.Key == "attempts" && word.Value is not ("1" or "2" or "3" or "4")) return $"attempts are 1 to 4, not {word.Value}";
            if (word.Key == "anycasts" && !int.TryParse(word.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return $"anycasts are a number of messages, not {word.Value}";
            if (word.Key == "size" && !(int.TryParse(word.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0)) return $"a size is a number of bytes, not {word.Value}";
        }

        string? missing = Required(step.Verb).FirstOrDefault(key => string.IsNullOrEmpty(step[key]));
        return missing is null ? null : $"{step.Verb} needs {missing}=; it is written: {verb.Usage}";
    }

    private static string[] Required(string verb) => verb switch
    {
        "churn" => ["mean", "over"],
        "stall" => ["for"],
        "slow" => ["by"],
        "subscribe" or "unsubscribe" or "publish" or "anycast" => ["topic"],
        "watch" or "unwatch" or "fell" or "mute" or "forest" => ["channel"],
        "stream" => ["channel", "over"],
        "phase" => ["name"],
        "lie" => ["kind"],
        _ => [],
    };

    private static bool AmountProblem(string amount)
    {
        if (amount is "" or "all") return false;
        int unit = amount[^1] is '%' or 'n' ? 1 : 0;
        double most = amount[^1] switch { '%' => 100, 'n' => 100_000, _ => ScenarioReader.NodesMax * 100.0 };
        return !double.TryParse(amount.AsSpan(0, amount.Length - unit), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) || value > most;
    }
}
