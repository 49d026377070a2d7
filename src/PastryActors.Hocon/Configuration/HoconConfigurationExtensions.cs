using Microsoft.Extensions.Configuration;
using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Configuration;

/// <summary>Adds HOCON to a configuration. Each source is a document of its own: substitutions in one do not see the others.</summary>
public static class HoconConfigurationExtensions
{
    /// <summary>Adds a file and what it includes. It is read when the configuration is built.</summary>
    /// <param name="optional">A file that does not exist counts as an empty one.</param>
    /// <exception cref="HoconException">Thrown by <c>Build</c>: the file cannot be read, or is no document.</exception>
    public static IConfigurationBuilder AddHocon(this IConfigurationBuilder builder, string path, bool optional = false, HoconReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.Add(new HoconConfigurationSource(() => new HoconLayers(options).AddFile(path, optional).ToDocument()));
    }

    /// <summary>Adds a text.</summary>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="HoconException">Thrown by <c>Build</c>: the text is no document.</exception>
    public static IConfigurationBuilder AddHoconText(this IConfigurationBuilder builder, string text, string source = "text", HoconReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HoconConfigurationSource(() => HoconDocument.Parse(text, source, options)));
    }

    /// <summary>Adds overrides, each <c>key=value</c> as <see cref="HoconLayers.AddOverride"/> takes it.</summary>
    /// <exception cref="HoconException">Thrown by <c>Build</c>: one is not of that form.</exception>
    public static IConfigurationBuilder AddHoconOverrides(
        this IConfigurationBuilder builder,
        IEnumerable<string> assignments,
        HoconReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string[] all = [.. assignments];
        return builder.Add(new HoconConfigurationSource(() =>
            all.Aggregate(new HoconLayers(options), (layers, each) => layers.AddOverride(each)).ToDocument()));
    }
}
