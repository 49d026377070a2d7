using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>
/// Reads the tree below one root of a document into options. Strict: an unknown key, a wrong type or unit, a value out of range and a
/// broken rule are all refused, and all reported at once. A key set to null counts as not set. Other roots belong to others and are left
/// alone, unless their name looks like a slip of this one's.
/// </summary>
public sealed class OptionsReader
{
    /// <summary>Beyond this many, a message helps nobody.</summary>
    private const int ProblemsMax = 50;

    private readonly List<HoconProblem> _problems = [];
    private readonly string[] _known;

    private OptionsReader(IEnumerable<string> known) => _known = [.. known];

    /// <summary>Reads the options below <paramref name="root"/>; the defaults if the document has no such root.</summary>
    /// <exception cref="HoconException">The document does not fit the schema; holds every problem found, up to 50.</exception>
    public static TOptions Read<TOptions>(HoconDocument document, string root, OptionSection<TOptions> schema) where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(schema);
        var reader = new OptionsReader(schema.KeyPaths(root));
        reader.CheckRoots(document.Root, root);
        TOptions options = new();
        if (document.Root.Find(root) is { } tree) options = reader.Section(schema, tree, root, options);
        return reader._problems.Count == 0 ? options : throw new HoconException(reader._problems);
    }

    internal TOptions Section<TOptions>(OptionSection<TOptions> section, HoconValue value, string path, TOptions options)
        where TOptions : class, new()
    {
        if (value is HoconScalar { IsNull: true }) return options;
        if (value is not HoconObject tree)
        {
            Report(value, path, "a section, { .. }");
            return options;
        }

        int before = _problems.Count;
        foreach ((string name, HoconValue child) in tree.Fields) options = Field(section, name, child, path, options);
        // A rule over values of which one was refused would complain about the default in its place.
        if (_problems.Count == before) CheckRules(section, tree, path, options);
        return options;
    }

    private TOptions Field<TOptions>(OptionSection<TOptions> section, string name, HoconValue value, string path, TOptions options)
        where TOptions : class, new()
    {
        string full = $"{path}.{name}";
        if (section.Sections.FirstOrDefault(each => each.Name == name) is { } below) return below.Read(this, value, full, options);
        if (section.Keys.FirstOrDefault(each => each.Name == name) is not { } key)
        {
            Unknown(value, full);
        }
        else if (value is not HoconScalar { IsNull: true } && !key.TryRead(value, ref options))
        {
            Add(new HoconProblem(value.Origin, full, key.IsSecret ? "a secret that does not fit" : value.Shown, key.Expected));
        }

        return options;
    }

    private void CheckRules<TOptions>(OptionSection<TOptions> section, HoconObject tree, string path, TOptions options) where TOptions : class, new()
    {
        foreach (OptionRule<TOptions> rule in section.Rules.Where(rule => !rule.IsKept(options)))
        {
            HoconValue at = tree.Find(rule.Key.Split('.')) ?? tree;
            string found = at is HoconObject ? "its default" : at.Shown;
            Add(new HoconProblem(at.Origin, $"{path}.{rule.Key}", found, rule.Expected));
        }
    }

    private void CheckRoots(HoconObject document, string root)
    {
        foreach ((string name, HoconValue value) in document.Fields)
        {
            if (name == root || NearestKey.Distance(name, root) > 2) continue;
            Add(new HoconProblem(value.Origin, name, "a root of this name", $"{root}, which it looks like"));
        }
    }

    private void Unknown(HoconValue value, string path)
    {
        string hint = NearestKey.Find(path, _known) is { } nearest ? $"; did you mean {nearest}?" : "";
        Add(new HoconProblem(value.Origin, path, "an unknown key", "a known key" + hint));
    }

    private void Report(HoconValue value, string path, string expected) => Add(new HoconProblem(value.Origin, path, value.Shown, expected));

    private void Add(HoconProblem problem)
    {
        if (_problems.Count < ProblemsMax) _problems.Add(problem);
    }
}
