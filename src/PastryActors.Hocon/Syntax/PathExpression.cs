using System.Text;
using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Reads a key or the path of a substitution: names with dots between them, dots inside quotes being part of a name.</summary>
internal static class PathExpression
{
    /// <summary>Reads up to the first token that cannot belong to a path; blanks around it are no part of it.</summary>
    public static string[] Read(TokenCursor tokens, int namesMax)
    {
        HoconOrigin start = tokens.Origin;
        var names = new List<string>();
        var name = new StringBuilder();
        bool started = false;
        string space = "";
        while (tokens.Kind is TokenKind.Text or TokenKind.Quoted or TokenKind.Space)
        {
            Token token = tokens.Take();
            if (token.Kind == TokenKind.Space)
            {
                space = started ? token.Text : "";
                continue;
            }

            name.Append(space);
            space = "";
            started = token.Kind == TokenKind.Quoted ? Append(name, token.Text) : Split(token, names, name, started);
        }

        if (!started) throw names.Count == 0 ? tokens.Unexpected("a key") : new HoconException(start, "a key that ends in a dot", "a name behind the dot");
        names.Add(name.ToString());
        return names.Count <= namesMax ? [.. names] : throw new HoconException(start, $"a key of {names.Count} names", $"at most {namesMax}");
    }

    /// <summary>The path as text, with quotes around the names that need them.</summary>
    public static string Join(IEnumerable<string> path) => string.Join('.', path.Select(Quote));

    private static string Quote(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? name : "\"" + name + "\"";

    private static bool Append(StringBuilder name, string text)
    {
        name.Append(text);
        return true;
    }

    private static bool Split(Token token, List<string> names, StringBuilder name, bool started)
    {
        string[] pieces = token.Text.Split('.');
        for (int i = 0; i < pieces.Length; i++)
        {
            if (i > 0)
            {
                if (!started) throw new HoconException(token.Origin, "a dot without a name before it in " + Excerpt.Of(token.Text), "a name between dots");
                names.Add(name.ToString());
                name.Clear();
                started = false;
            }

            name.Append(pieces[i]);
            started |= pieces[i].Length > 0;
        }

        return started;
    }
}
