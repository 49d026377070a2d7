using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Steps through tokens. Stays on the end once there.</summary>
internal sealed class TokenCursor(List<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public TokenKind Kind => tokens[_at].Kind;

    public HoconOrigin Origin => tokens[_at].Origin;

    public Token Take()
    {
        Token token = tokens[_at];
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    public bool Skip(TokenKind kind)
    {
        if (Kind != kind) return false;
        Take();
        return true;
    }

    public void SkipSpace() => Skip(TokenKind.Space);

    /// <summary>Skips blanks and line ends; true if there was a line end.</summary>
    public bool SkipBlank()
    {
        bool newline = false;
        while (Kind is TokenKind.Space or TokenKind.Newline) newline |= Take().Kind == TokenKind.Newline;
        return newline;
    }

    /// <summary>The first token from here that is no blank of the line, without a step.</summary>
    public Token Peek(int ahead)
    {
        int at = Math.Min(_at + ahead, tokens.Count - 1);
        if (tokens[at].Kind == TokenKind.Space) at++;
        return tokens[at];
    }

    public HoconException Unexpected(string expected) => new(Origin, Current.Shown, expected);
}
