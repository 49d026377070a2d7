using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>One key of a section: its name, type, default and explanation, and the way into and out of the section's options.</summary>
public abstract class OptionKey<TOptions>(string name, string explanation)
{
    /// <summary>The key's name inside its section.</summary>
    public string Name { get; } = name;

    /// <summary>Meaning, reason of the value, effect of raising and lowering it.</summary>
    public string Explanation { get; } = explanation;

    /// <summary>What a value must be.</summary>
    public abstract string Expected { get; }

    /// <summary>Values must not show in messages.</summary>
    public abstract bool IsSecret { get; }

    /// <summary>The value that <paramref name="options"/> have, as HOCON.</summary>
    public abstract string Write(TOptions options);

    /// <summary>Options that have the value; false if it is none of the key's type or out of range.</summary>
    public abstract bool TryRead(HoconValue value, ref TOptions options);
}

internal sealed class OptionKey<TOptions, T>(
    string name,
    OptionType<T> type,
    Func<TOptions, T> get,
    Func<TOptions, T, TOptions> with,
    string explanation) : OptionKey<TOptions>(name, explanation)
{
    public override string Expected => type.Expected;

    public override bool IsSecret => type.IsSecret;

    public override string Write(TOptions options) => type.Write(get(options));

    public override bool TryRead(HoconValue value, ref TOptions options)
    {
        if (!type.TryRead(value, out T result)) return false;
        options = with(options, result);
        return true;
    }
}
