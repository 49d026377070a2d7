using System.Text;
using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Values;

/// <summary>Writes values of a resolved document as text that any reader of HOCON takes: every scalar in quotes, nothing left to resolve.</summary>
public static class HoconText
{
    /// <summary>A document that holds <paramref name="value"/> under a name.</summary>
    public static string Write(string name, HoconValue value)
    {
        var text = new StringBuilder();
        text.Append(OptionTypes.Quote(name)).Append(" : ");
        Append(text, value);
        return text.Append('\n').ToString();
    }

    private static void Append(StringBuilder text, HoconValue value)
    {
        switch (value)
        {
            case HoconObject holder:
                AppendAll(text, '{', holder.Fields, field => Append(text.Append(OptionTypes.Quote(field.Key)).Append(" : "), field.Value), '}');
                break;
            case HoconArray list:
                AppendAll(text, '[', list.Items, item => Append(text, item), ']');
                break;
            case HoconScalar { IsNull: true }:
                text.Append("null");
                break;
            default:
                text.Append(OptionTypes.Quote(((HoconScalar)value).Text));
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> items, Action<T> append, char close)
    {
        text.Append(open);
        int count = 0;
        foreach (T item in items)
        {
            if (count > 0) text.Append(", ");
            append(item);
            count++;
        }

        text.Append(close);
    }
}
