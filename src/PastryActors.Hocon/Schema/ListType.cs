using PastryActors.Core.Collections;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>A list of texts, each of which must pass a check.</summary>
internal sealed class ListType(string items, int countMax, Func<string, bool> isValid)
    : OptionType<ValueList<string>>($"a list of {items}, at most {countMax}")
{
    public override bool TryRead(HoconValue value, out ValueList<string> result)
    {
        result = default;
        if (Texts(value) is not { } texts || texts.Count > countMax || !texts.TrueForAll(text => isValid(text))) return false;
        result = texts.ToValueList();
        return true;
    }

    public override string Write(ValueList<string> value) => $"[{string.Join(", ", value.Select(OptionTypes.Quote))}]";

    private static List<string>? Texts(HoconValue value)
    {
        if (value is HoconScalar { IsNull: false } one) return [.. one.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (value is not HoconArray array) return null;
        List<string> texts = [.. array.Items.OfType<HoconScalar>().Where(item => !item.IsNull).Select(item => item.Text)];
        return texts.Count == array.Items.Count ? texts : null;
    }
}
