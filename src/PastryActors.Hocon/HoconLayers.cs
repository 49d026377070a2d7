using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Resolving;
using PastryActors.Hocon.Syntax;

namespace PastryActors.Hocon;

/// <summary>
/// Collects the layers of one document, later ones winning. Substitutions are made over all of them, so that an override shows wherever a
/// file refers to its key.
/// </summary>
public sealed class HoconLayers
{
    private readonly RawObject _root = new(new HoconOrigin("the document"));
    private readonly HoconReadOptions _options;
    private readonly Includer _includer;

    /// <summary>No layers yet.</summary>
    public HoconLayers(HoconReadOptions? options = null)
    {
        _options = options ?? HoconReadOptions.Default;
        _includer = new Includer(_options);
    }

    /// <summary>Adds a file and what it includes.</summary>
    /// <param name="optional">A file that does not exist counts as an empty one.</param>
    /// <exception cref="HoconException">It cannot be read or parsed.</exception>
    public HoconLayers AddFile(string path, bool optional = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        RawObject? file = _includer.Open(path);
        if (file is not null) RawCell.Merge(file, _root);
        else if (!optional) throw new HoconException(new HoconOrigin(path), "no such file", "a file that can be read");
        return this;
    }

    /// <summary>Adds a text under a name that messages call it by.</summary>
    /// <exception cref="HoconException">It cannot be parsed.</exception>
    public HoconLayers AddText(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        RawCell.Merge(Parser.Document(SourceText.Of(source, text, _options.Limits), _includer, []), _root);
        return this;
    }

    /// <summary>
    /// Adds one override, <c>key=value</c>. A value that begins with one of <c>[ { "</c> or holds <c>${</c> is HOCON; any other is the text itself,
    /// so that an address or a path needs no quotes that a shell would eat.
    /// </summary>
    /// <param name="root">The root that a key belongs to unless it names a root of the layers before; empty for none.</param>
    /// <exception cref="HoconException">It has no key or no <c>=</c>, or its value cannot be parsed.</exception>
    public HoconLayers AddOverride(string assignment, string root = "")
    {
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new HoconException(new HoconOrigin("--set"), Excerpt.Of(assignment), "key=value");
        string source = "--set " + assignment[..equals].Trim();
        var key = new TokenCursor(Tokenizer.Run(SourceText.Of(source, assignment[..equals], _options.Limits, firstLine: 0)));
        key.SkipSpace();
        string[] path = PathExpression.Read(key, _options.Limits.DepthMax - 1);
        if (key.Kind != TokenKind.End) throw key.Unexpected("key=value");
        if (root.Length > 0 && path[0] != root && !_root.Fields.ContainsKey(path[0])) path = [root, .. path];
        string value = assignment[(equals + 1)..].Trim();
        if (IsHocon(value)) Parser.Single(SourceText.Of(source, value, _options.Limits, firstLine: 0), _includer, _root, path);
        else Parser.Single(new RawScalar(new HoconOrigin(source), value), _includer, _root, path);
        return this;
    }

    /// <summary>Resolves what was added.</summary>
    /// <exception cref="HoconException">A substitution finds nothing, or values side by side do not fit.</exception>
    public HoconDocument ToDocument() => new(Resolver.Run(_root, _options));

    private static bool IsHocon(string value) =>
        value is ['[' or '{' or '"', ..] or "null" || value.Contains("${", StringComparison.Ordinal);
}
