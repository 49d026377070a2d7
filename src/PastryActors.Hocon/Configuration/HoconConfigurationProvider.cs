using System.Globalization;
using Microsoft.Extensions.Configuration;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Configuration;

/// <summary>Gives a document to Microsoft.Extensions.Configuration: names joined by colons, list items under their index, null as null.</summary>
internal sealed class HoconConfigurationProvider(Func<HoconDocument> read) : ConfigurationProvider
{
    public override void Load()
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, HoconValue value) in read().Root.Fields) Flatten(name, value, data);
        Data = data;
    }

    private static void Flatten(string key, HoconValue value, Dictionary<string, string?> data)
    {
        switch (value)
        {
            case HoconScalar scalar:
                data[key] = scalar.IsNull ? null : scalar.Text;
                break;
            case HoconArray array:
                // An empty list is a key with an empty text, as the JSON provider has it: it differs from a key that is not set.
                if (array.Items.Count == 0) data[key] = "";
                for (int i = 0; i < array.Items.Count; i++) Flatten(Child(key, i.ToString(CultureInfo.InvariantCulture)), array.Items[i], data);
                break;
            case HoconObject @object:
                foreach ((string name, HoconValue child) in @object.Fields) Flatten(Child(key, name), child, data);
                break;
        }
    }

    private static string Child(string key, string name) => key + ConfigurationPath.KeyDelimiter + name;
}

internal sealed class HoconConfigurationSource(Func<HoconDocument> read) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(read);
}
