using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

internal enum TokenKind : byte
{
    End,
    Newline,

    /// <summary>Blanks inside a line: they count, because values side by side are joined with the blanks between them.</summary>
    Space,
    Text,
    Quoted,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,

    /// <summary>Either of <c>=</c> and <c>:</c>.</summary>
    Assign,
    Append,

    /// <summary><c>${</c>; its path and the closing brace follow as tokens.</summary>
    Reference,

    /// <summary><c>${?</c></summary>
    OptionalReference,
}

/// <summary>One token. Text: its characters, for a quoted one with the escapes undone.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, HoconOrigin Origin)
{
    /// <summary>How an error message calls it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => "the quoted text " + Excerpt.Of(Text),
        _ => Excerpt.Of(Text),
    };
}
