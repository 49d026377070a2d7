namespace PastryActors.Hocon.Schema;

/// <summary>
/// The keys and sections below one key, and how they make an immutable options record. The record is plain and knows nothing of this;
/// its initial values are the defaults. Built once, then only read.
/// </summary>
/// <param name="explanation">What the section is about.</param>
public sealed class OptionSection<TOptions>(string explanation) where TOptions : class, new()
{
    private readonly List<OptionKey<TOptions>> _keys = [];
    private readonly List<OptionSubsection<TOptions>> _sections = [];
    private readonly List<OptionRule<TOptions>> _rules = [];

    /// <summary>What the section is about.</summary>
    public string Explanation { get; } = explanation;

    /// <summary>The keys in the order in which they are explained.</summary>
    public IReadOnlyList<OptionKey<TOptions>> Keys => _keys;

    /// <summary>The sections below.</summary>
    public IReadOnlyList<OptionSubsection<TOptions>> Sections => _sections;

    internal IReadOnlyList<OptionRule<TOptions>> Rules => _rules;

    /// <summary>Adds a key. Its default is what <paramref name="get"/> finds in a new record.</summary>
    public OptionSection<TOptions> Key<T>(string name, OptionType<T> type, Func<TOptions, T> get, Func<TOptions, T, TOptions> with, string explanation)
    {
        _keys.Add(new OptionKey<TOptions, T>(name, type, get, with, explanation));
        return this;
    }

    /// <summary>Adds a section below, whose options are a part of this one's.</summary>
    public OptionSection<TOptions> Section<TPart>(string name, OptionSection<TPart> section, Func<TOptions, TPart> get, Func<TOptions, TPart, TOptions> with)
        where TPart : class, new()
    {
        _sections.Add(new OptionSubsection<TOptions, TPart>(name, section, get, with));
        return this;
    }

    /// <summary>Adds a rule over several values.</summary>
    /// <param name="key">The key that a breach is reported at, dotted, from this section.</param>
    /// <param name="isKept">Whether options keep the rule.</param>
    /// <param name="expected">What the key's value must be.</param>
    public OptionSection<TOptions> Rule(string key, Func<TOptions, bool> isKept, string expected)
    {
        _rules.Add(new OptionRule<TOptions>(key, isKept, expected));
        return this;
    }

    /// <summary>All keys of the section and of those below, dotted, each with <paramref name="path"/> before it.</summary>
    public IEnumerable<string> KeyPaths(string path) =>
        _keys.Select(key => $"{path}.{key.Name}").Concat(_sections.SelectMany(section => section.KeyPaths($"{path}.{section.Name}")));
}

internal sealed record OptionRule<TOptions>(string Key, Func<TOptions, bool> IsKept, string Expected);
