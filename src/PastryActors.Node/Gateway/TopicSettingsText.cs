using System.Globalization;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Hocon.Units;
using PastryActors.Scribe.Topics;

namespace PastryActors.Node.Gateway;

/// <summary>A topic's settings as people write them, and back.</summary>
internal static class TopicSettingsText
{
    /// <summary>Reads a definition. Throws <see cref="GatewayRefusalException"/> with what is wrong.</summary>
    public static TopicSettings Parse(TopicDefinition definition)
    {
        var settings = new TopicSettings(LevelOf(definition.Level), RetentionOf(definition.Retain), NodesOf(definition.Publishers), NodesOf(definition.Subscribers)) { IsSigned = definition.Signed ?? false };
        return settings.Problem() is { } problem ? throw GatewayRefusalException.Invalid(problem) : settings;
    }

    /// <summary>Writes settings as <see cref="Parse"/> reads them.</summary>
    public static TopicDefinition Of(TopicSettings settings) => new(
        JsonNamingPolicy.KebabCaseLower.ConvertName(settings.Level.ToString()), TextOf(settings.Retain), [.. settings.Publishers.Select(p => p.ToString())], [.. settings.Subscribers.Select(s => s.ToString())], settings.IsSigned);

    /// <summary>How much to keep: "none", a number of messages, a duration, "forever".</summary>
    public static Retention RetentionOf(string? text)
    {
        if (text is null or "" or "none") return Retention.None;
        if (text == "forever") return Retention.Forever;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong messages)) return new Retention(RetentionKind.Messages, messages);
        return Durations.TryParse(text, out TimeSpan span, bareIsMilliseconds: false) && span >= TimeSpan.FromSeconds(1)
            ? new Retention(RetentionKind.Duration, (ulong)span.TotalSeconds)
            : throw GatewayRefusalException.Invalid($"retain is none, a number of messages, a duration of at least a second, or forever, not \"{text}\"");
    }

    private static string TextOf(Retention retain) => retain.Kind switch
    {
        RetentionKind.None => "none",
        RetentionKind.Messages => retain.Amount.ToString(CultureInfo.InvariantCulture),
        RetentionKind.Duration => string.Create(CultureInfo.InvariantCulture, $"{retain.Amount}s"),
        _ => "forever",
    };

    private static DeliveryLevel LevelOf(string? text) => text switch
    {
        null or "" or "ordered" => DeliveryLevel.Ordered,
        "best-effort" => DeliveryLevel.BestEffort,
        _ => throw GatewayRefusalException.Invalid($"level is ordered or best-effort, not \"{text}\""),
    };

    private static ValueList<RingId> NodesOf(IReadOnlyList<string>? nodes) => (nodes ?? []).Select(NodeOf).Distinct().Order().ToValueList();

    private static RingId NodeOf(string text) =>
        RingId.TryParse(text, out RingId id) ? id : throw GatewayRefusalException.Invalid($"a node is named by its nodeId, 32 hexadecimal digits, not \"{text}\"");
}
