using System.Text;

namespace PastryActors.Hocon.Schema;

/// <summary>Writes a schema as a HOCON file: every key with its default, its explanation and its type before it as a comment.</summary>
public sealed class SchemaWriter
{
    private const int ColumnsMax = 120;

    private readonly StringBuilder _text = new();
    private int _level;

    private SchemaWriter()
    {
    }

    /// <summary>The whole file; reading it gives the defaults.</summary>
    /// <param name="heading">What the file's first comment says.</param>
    public static string Write<TOptions>(string root, OptionSection<TOptions> schema, string heading) where TOptions : class, new()
    {
        var writer = new SchemaWriter();
        writer.Comment(heading);
        writer.Section(root, schema, new TOptions());
        return writer._text.ToString();
    }

    internal void Section<TOptions>(string name, OptionSection<TOptions> section, TOptions options) where TOptions : class, new()
    {
        Line("");
        Comment(section.Explanation);
        Line(name + " {");
        _level++;
        foreach (OptionKey<TOptions> key in section.Keys) Key(key, options);
        foreach (OptionSubsection<TOptions> below in section.Sections) below.Write(this, options);
        _level--;
        Line("}");
    }

    private void Key<TOptions>(OptionKey<TOptions> key, TOptions options)
    {
        Line("");
        Comment(key.Explanation);
        Comment($"Value: {key.Expected}.");
        Line($"{key.Name} = {key.Write(options)}");
    }

    private void Comment(string text)
    {
        var line = new StringBuilder("#");
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (2 * _level + line.Length + 1 + word.Length > ColumnsMax)
            {
                Line(line.ToString());
                line.Clear().Append('#');
            }

            line.Append(' ').Append(word);
        }

        Line(line.ToString());
    }

    private void Line(string text)
    {
        // No blank line right behind a brace: the section's comment already stands apart.
        if (text.Length == 0 && _text.Length > 1 && _text[^2] == '{') return;
        if (text.Length > 0) _text.Append(' ', 2 * _level).Append(text);
        _text.Append('\n');
    }
}
