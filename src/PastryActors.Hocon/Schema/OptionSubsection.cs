using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>A section below another, whatever the type of its options.</summary>
public abstract class OptionSubsection<TOptions>(string name)
{
    /// <summary>The section's name inside the one above.</summary>
    public string Name { get; } = name;

    internal abstract IEnumerable<string> KeyPaths(string path);

    internal abstract TOptions Read(OptionsReader reader, HoconValue value, string path, TOptions options);

    internal abstract void Write(SchemaWriter writer, TOptions options);
}

internal sealed class OptionSubsection<TOptions, TPart>(
    string name,
    OptionSection<TPart> section,
    Func<TOptions, TPart> get,
    Func<TOptions, TPart, TOptions> with) : OptionSubsection<TOptions>(name)
    where TPart : class, new()
{
    internal override IEnumerable<string> KeyPaths(string path) => section.KeyPaths(path);

    internal override TOptions Read(OptionsReader reader, HoconValue value, string path, TOptions options) =>
        with(options, reader.Section(section, value, path, get(options)));

    internal override void Write(SchemaWriter writer, TOptions options) => writer.Section(Name, section, get(options));
}
