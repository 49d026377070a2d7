using System.Text;
using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Tests.Support;

/// <summary>Files and environment that exist only for a test.</summary>
internal sealed class Files
{
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Dictionary<string, string> _environment = [];

    public Files With(string name, string text)
    {
        _files[Path.GetFullPath("/etc/" + name)] = Encoding.UTF8.GetBytes(text);
        return this;
    }

    public Files WithVariable(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public HoconReadOptions Options => new()
    {
        ReadFile = (path, _) => _files.GetValueOrDefault(path),
        Environment = _environment.GetValueOrDefault,
    };

    public HoconDocument Load(string name) => HoconDocument.Load(Path.GetFullPath("/etc/" + name), Options);
}
