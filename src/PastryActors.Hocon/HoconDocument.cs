using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon;

/// <summary>A HOCON document of the extent that docs/configuration.md states: read, merged and with its substitutions made. Immutable.</summary>
public sealed class HoconDocument
{
    internal HoconDocument(HoconObject root) => Root = root;

    /// <summary>The object that a document is.</summary>
    public HoconObject Root { get; }

    /// <summary>Reads a file and what it includes.</summary>
    /// <exception cref="HoconException">It cannot be read, or is no such document.</exception>
    public static HoconDocument Load(string path, HoconReadOptions? options = null) => new HoconLayers(options).AddFile(path).ToDocument();

    /// <summary>Reads a text; what it includes is looked for from the current folder.</summary>
    /// <param name="source">What messages call the text.</param>
    /// <exception cref="HoconException">It is no such document.</exception>
    public static HoconDocument Parse(string text, string source = "text", HoconReadOptions? options = null) =>
        new HoconLayers(options).AddText(text, source).ToDocument();
}
