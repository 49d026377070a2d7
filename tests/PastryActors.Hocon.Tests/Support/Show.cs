using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Tests.Support;

/// <summary>Writes values in a short form that a test can state: <c>{a:1,b:[x,y]}</c>.</summary>
internal static class Show
{
    public static string Parsed(string text) => Of(HoconDocument.Parse(text, options: new Files().Options).Root);

    public static string Of(HoconValue value) => value switch
    {
        HoconScalar { IsNull: true } => "NULL",
        HoconScalar scalar => scalar.Text,
        HoconArray array => $"[{string.Join(",", array.Items.Select(Of))}]",
        HoconObject @object => $"{{{string.Join(",", @object.Fields.Select(field => $"{field.Key}:{Of(field.Value)}"))}}}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    public static HoconException Refused(string text) =>
        Assert.Throws<HoconException>(() => HoconDocument.Parse(text, "t.conf", new Files().Options));
}
