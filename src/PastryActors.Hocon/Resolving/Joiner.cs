using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Syntax;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Resolving;

/// <summary>Makes one value of resolved values side by side, and one object of two.</summary>
internal sealed class Joiner(ResolveBudget budget)
{
    /// <summary>Joins lists to a list, objects to an object, anything else to a text; null if all parts are substitutions of nothing.</summary>
    /// <param name="values">The value of each part; null for a substitution of nothing.</param>
    public HoconValue? Join(RawJoined joined, List<HoconValue?> values)
    {
        foreach (RawValue part in joined.Parts) budget.Step(part.Origin);
        List<HoconValue> solid = [.. values.Where((_, i) => joined.Parts[i] is not RawScalar { IsBlank: true }).OfType<HoconValue>()];
        if (solid.Count == 0) return null;
        if (solid.Exists(value => value is HoconArray)) return Arrays(joined, solid);
        return solid.Exists(value => value is HoconObject) ? Objects(joined, solid) : Text(joined, values);
    }

    /// <summary>The fields of both; where both have one, the upper's, or the two merged if they are objects.</summary>
    public HoconObject Merge(HoconObject lower, HoconObject upper)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach ((string name, HoconValue value) in lower.Fields)
        {
            budget.Step(value.Origin);
            fields[name] = value;
        }

        foreach ((string name, HoconValue value) in upper.Fields)
        {
            budget.Step(value.Origin);
            fields[name] = value is HoconObject over && fields.GetValueOrDefault(name) is HoconObject under ? Merge(under, over) : value;
        }

        return new HoconObject(upper.Origin, fields);
    }

    private HoconArray Arrays(RawJoined joined, List<HoconValue> values)
    {
        var items = new List<HoconValue>();
        foreach (HoconValue value in values)
        {
            if (value is not HoconArray array) throw new HoconException(joined.Origin, $"{value.Shown} beside a list", "lists only, to be joined to one");
            foreach (HoconValue item in array.Items) budget.Step(item.Origin);
            items.AddRange(array.Items);
        }

        return new HoconArray(joined.Origin, [.. items]);
    }

    private HoconObject Objects(RawJoined joined, List<HoconValue> values)
    {
        HoconObject? merged = null;
        foreach (HoconValue value in values)
        {
            if (value is not HoconObject next) throw new HoconException(joined.Origin, $"{value.Shown} beside an object", "objects only, to be merged to one");
            merged = merged is null ? next : Merge(merged, next);
        }

        return merged!;
    }

    private HoconScalar Text(RawJoined joined, List<HoconValue?> values)
    {
        budget.Join(joined.Origin, values.Sum(value => (long)(value?.ToString()?.Length ?? 0)));
        return new HoconScalar(joined.Origin, string.Concat(values));
    }
}
