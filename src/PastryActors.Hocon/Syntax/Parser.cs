using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Makes the raw tree of one text. Recursion is bounded by <see cref="HoconLimits.DepthMax"/>.</summary>
internal sealed class Parser
{
    private const string QuoteHint = "a comma or a new line (text that contains one of { } [ ] : = , must be quoted)";

    private readonly TokenCursor _tokens;
    private readonly Includer _includer;
    private readonly HoconLimits _limits;
    private readonly string[] _includedAt;
    private readonly List<string> _path;

    private Parser(SourceText source, Includer includer, string[] includedAt)
    {
        _tokens = new TokenCursor(Tokenizer.Run(source));
        _includer = includer;
        _limits = includer.Limits;
        _includedAt = includedAt;
        _path = [.. includedAt];
    }

    /// <summary>Parses a whole text: an object, with or without the braces around it.</summary>
    /// <param name="includedAt">The key under which the text is included.</param>
    public static RawObject Document(SourceText source, Includer includer, string[] includedAt)
    {
        var parser = new Parser(source, includer, includedAt);
        parser._tokens.SkipBlank();
        var root = new RawObject(parser._tokens.Origin);
        if (!parser._tokens.Skip(TokenKind.OpenBrace))
        {
            parser.Members(root, TokenKind.End);
            return root;
        }

        parser.Members(root, TokenKind.CloseBrace);
        parser._tokens.SkipBlank();
        return parser._tokens.Kind == TokenKind.End ? root : throw parser._tokens.Unexpected("the end of the text behind the closing brace");
    }

    /// <summary>Parses one value, and nothing behind it, as the value of <paramref name="path"/> in <paramref name="root"/>.</summary>
    public static void Single(SourceText source, Includer includer, RawObject root, string[] path)
    {
        var parser = new Parser(source, includer, []);
        RawCell cell = parser.Enter(root, path, parser._tokens.Origin);
        parser.Value(cell);
        parser._tokens.SkipBlank();
        if (parser._tokens.Kind != TokenKind.End) throw parser._tokens.Unexpected("the end of the value");
    }

    /// <summary>Sets <paramref name="path"/> in <paramref name="root"/> to a value that needs no parsing.</summary>
    public static void Single(RawScalar value, Includer includer, RawObject root, string[] path)
    {
        var parser = new Parser(new SourceText(value.Origin.Source, ""), includer, []);
        parser.Enter(root, path, value.Origin).Push(value);
    }

    private void Members(RawObject target, TokenKind end)
    {
        while (true)
        {
            _tokens.SkipBlank();
            if (AtEnd(end)) return;
            if (!Include(target)) Member(target);
            bool separated = _tokens.SkipBlank() | _tokens.Skip(TokenKind.Comma);
            if (!separated && _tokens.Kind != end) throw _tokens.Unexpected(QuoteHint);
        }
    }

    private bool AtEnd(TokenKind end)
    {
        if (_tokens.Kind == end)
        {
            _tokens.Take();
            return true;
        }

        return _tokens.Kind == TokenKind.End ? throw _tokens.Unexpected("a closing brace") : false;
    }

    private bool Include(RawObject target)
    {
        if (IncludeStatement.Read(_tokens) is not { } statement) return false;
        RawObject? included = _includer.Include(statement, [.. _path]);
        if (included is not null) RawCell.Merge(included, target);
        return true;
    }

    private void Member(RawObject target)
    {
        HoconOrigin origin = _tokens.Origin;
        string[] path = PathExpression.Read(_tokens, _limits.DepthMax);
        RawCell cell = Enter(target, path, origin);
        switch (_tokens.Kind)
        {
            case TokenKind.OpenBrace: Value(cell); break;
            case TokenKind.Assign: _tokens.Take(); _tokens.SkipBlank(); Value(cell); break;
            case TokenKind.Append: Append(cell); break;
            default: throw _tokens.Unexpected("one of = : { or += behind a key");
        }

        _path.RemoveRange(_path.Count - path.Length, path.Length);
    }

    /// <summary>Goes down a dotted key, making the objects on the way, and returns the cell of its last name.</summary>
    private RawCell Enter(RawObject target, string[] path, HoconOrigin origin)
    {
        foreach (string name in path.AsSpan(0, path.Length - 1))
        {
            RawCell cell = target.Cell(name);
            if (cell.Top < 0 || cell.Entries[cell.Top].Value is not RawObject) cell.Push(new RawObject(origin));
            target = (RawObject)cell.Entries[cell.Top].Value;
        }

        _path.AddRange(path);
        if (_path.Count > _limits.DepthMax) throw TooDeep(origin);
        return target.Cell(path[^1]);
    }

    private HoconException TooDeep(HoconOrigin origin) =>
        new(origin, $"more than {_limits.DepthMax} levels of nesting", $"at most {_limits.DepthMax}");

    private void Append(RawCell cell)
    {
        HoconOrigin origin = _tokens.Take().Origin;
        _tokens.SkipBlank();
        var item = new RawCell();
        Value(item);
        cell.Push(new RawJoined(origin, [new RawPrevious(origin), new RawArray(origin, [item])]));
    }

    /// <summary>Reads values side by side up to a separator and pushes what they make.</summary>
    private void Value(RawCell cell)
    {
        var parts = new JoinedParts(_tokens.Origin);
        while (Part() is { } part) parts.Add(part);
        if (_tokens.Kind is TokenKind.Assign or TokenKind.Append) throw _tokens.Unexpected(QuoteHint);
        if (parts.IsEmpty) throw _tokens.Unexpected("a value");
        parts.PushTo(cell);
    }

    private RawValue? Part()
    {
        Token token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Space: return new RawScalar(_tokens.Take().Origin, token.Text, isBlank: true);
            case TokenKind.Text: return new RawScalar(_tokens.Take().Origin, token.Text, isNull: token.Text == "null");
            case TokenKind.Quoted: return new RawScalar(_tokens.Take().Origin, token.Text);
            case TokenKind.Reference or TokenKind.OptionalReference: return Reference();
            case TokenKind.OpenBracket: return Array();
            case TokenKind.OpenBrace: return Object();
            default: return null;
        }
    }

    private RawReference Reference()
    {
        Token start = _tokens.Take();
        string[] path = PathExpression.Read(_tokens, _limits.DepthMax);
        if (!_tokens.Skip(TokenKind.CloseBrace)) throw _tokens.Unexpected("} at the end of a substitution");
        return new RawReference(start.Origin)
        {
            Path = path,
            IncludedAt = _includedAt,
            Key = PathExpression.Join(_path),
            IsOptional = start.Kind == TokenKind.OptionalReference,
        };
    }

    private RawObject Object()
    {
        var value = new RawObject(_tokens.Take().Origin);
        Members(value, TokenKind.CloseBrace);
        return value;
    }

    private RawArray Array()
    {
        HoconOrigin origin = _tokens.Take().Origin;
        var items = new List<RawCell>();
        // An index stands in for the name, so that depth and the keys in messages count arrays as well.
        _path.Add("0");
        if (_path.Count > _limits.DepthMax) throw TooDeep(origin);
        while (true)
        {
            _tokens.SkipBlank();
            if (_tokens.Skip(TokenKind.CloseBracket)) break;
            _path[^1] = items.Count.ToString();
            var item = new RawCell();
            Value(item);
            items.Add(item);
            bool separated = _tokens.SkipBlank() | _tokens.Skip(TokenKind.Comma);
            if (!separated && _tokens.Kind != TokenKind.CloseBracket) throw _tokens.Unexpected("a comma, a new line or ] (text with : must be quoted)");
        }

        _path.RemoveAt(_path.Count - 1);
        return new RawArray(origin, items);
    }
}
