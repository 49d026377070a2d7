using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary><c>include "file"</c>, with or without <c>file(..)</c> and <c>required(..)</c> around the name.</summary>
internal sealed record IncludeStatement(HoconOrigin Origin, string Name, bool IsRequired)
{
    private const string Forms = "include \"file\", include file(\"file\") or include required(file(\"file\"))";

    /// <summary>Reads the statement if one begins here, or takes nothing: <c>include = 1</c> sets a key of that name.</summary>
    public static IncludeStatement? Read(TokenCursor tokens)
    {
        if (tokens.Current is not { Kind: TokenKind.Text, Text: "include" }) return null;
        if (tokens.Peek(1).Kind is not (TokenKind.Quoted or TokenKind.Text)) return null;
        tokens.Take();
        string opening = Words(tokens);
        if (tokens.Kind != TokenKind.Quoted) throw tokens.Unexpected(Forms);
        Token name = tokens.Take();
        string closing = opening.Length == 0 ? "" : Words(tokens);
        return (opening, closing) switch
        {
            ("", "") or ("file(", ")") => new IncludeStatement(name.Origin, name.Text, false),
            ("required(", ")") or ("required(file(", "))") => new IncludeStatement(name.Origin, name.Text, true),
            _ => throw new HoconException(name.Origin, Excerpt.Of($"include {opening}…{closing}"), Forms),
        };
    }

    private static string Words(TokenCursor tokens)
    {
        string words = "";
        while (tokens.Kind is TokenKind.Text or TokenKind.Space && words.Length < 64) words += tokens.Take().Text.Trim();
        return words;
    }
}
