using System.Buffers;
using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Cuts a text into tokens; comments vanish here. Linear in the text.</summary>
internal sealed class Tokenizer(SourceText source)
{
    /// <summary>Characters that end unquoted text (HOCON, "Unquoted strings"); those of no meaning are kept free for later versions of the language.</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("$\"{}[]:=,+#`^?!@*&\\");

    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = source.FirstLine;
    private int _lineStart;

    public static List<Token> Run(SourceText source)
    {
        var tokenizer = new Tokenizer(source);
        while (tokenizer._at < tokenizer._text.Length) tokenizer.Next();
        tokenizer.Add(TokenKind.End, 0);
        return tokenizer._tokens;
    }

    private HoconOrigin Here => new(source.Name, _line, source.FirstLine == 0 ? 0 : _at - _lineStart + 1);

    private void Next()
    {
        char c = _text[_at];
        switch (c)
        {
            case '\n': Newline(); break;
            case '{': Add(TokenKind.OpenBrace, 1); break;
            case '}': Add(TokenKind.CloseBrace, 1); break;
            case '[': Add(TokenKind.OpenBracket, 1); break;
            case ']': Add(TokenKind.CloseBracket, 1); break;
            case ',': Add(TokenKind.Comma, 1); break;
            case '=' or ':': Add(TokenKind.Assign, 1); break;
            case '+' when Ahead("+="): Add(TokenKind.Append, 2); break;
            case '$' when Ahead("${?"): Add(TokenKind.OptionalReference, 3); break;
            case '$' when Ahead("${"): Add(TokenKind.Reference, 2); break;
            case '"': Quoted(); break;
            case '#': Comment(); break;
            case '/' when Ahead("//"): Comment(); break;
            default: Run(c); break;
        }
    }

    private void Run(char first)
    {
        if (IsSpace(first)) Add(TokenKind.Space, Length(IsSpace));
        else if (IsForbidden(first)) throw new HoconException(Here, Excerpt.Of(first.ToString()), "quotes around a text that contains it");
        else Add(TokenKind.Text, TextLength());
    }

    private static bool IsForbidden(char c) => Forbidden.Contains(c) || char.IsControl(c);

    private static bool IsSpace(char c) => c != '\n' && (char.IsWhiteSpace(c) || c == '\uFEFF');

    private bool Ahead(string token) => string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;

    private int Length(Func<char, bool> belongs)
    {
        int end = _at;
        while (end < _text.Length && belongs(_text[end])) end++;
        return end - _at;
    }

    private int TextLength()
    {
        int end = _at;
        while (end < _text.Length)
        {
            char c = _text[end];
            if (IsForbidden(c) || char.IsWhiteSpace(c) || c == '\uFEFF') break;
            if (c == '/' && end + 1 < _text.Length && _text[end + 1] == '/') break;
            end++;
        }

        return end - _at;
    }

    private void Comment()
    {
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }

    private void Newline()
    {
        Add(TokenKind.Newline, 1);
        _line++;
        _lineStart = _at;
    }

    private void Quoted()
    {
        HoconOrigin start = Here;
        int from = _at;
        string value = Ahead("\"\"\"") ? QuotedText.Triple(_text, ref _at, start) : QuotedText.Single(_text, ref _at, start);
        _tokens.Add(new Token(TokenKind.Quoted, value, start));
        for (int i = from; i < _at; i++)
        {
            if (_text[i] != '\n') continue;
            _line++;
            _lineStart = i + 1;
        }
    }

    private void Add(TokenKind kind, int length)
    {
        _tokens.Add(new Token(kind, _text.Substring(_at, length), Here));
        _at += length;
    }
}
