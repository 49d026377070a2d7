using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Reads files and those that they include; refuses a file that includes itself, at whatever distance.</summary>
internal sealed class Includer(HoconReadOptions options)
{
    private readonly Stack<string> _open = new();
    private int _files;

    public HoconLimits Limits => options.Limits;

    /// <summary>The file that a document begins with; null if there is none.</summary>
    public RawObject? Open(string path)
    {
        var origin = new HoconOrigin(path);
        return Read(origin, path, Full(origin, path), []);
    }

    /// <summary>The included file, or null if there is none and it is not required.</summary>
    /// <param name="at">The key under which it is included.</param>
    public RawObject? Include(IncludeStatement statement, string[] at)
    {
        string? folder = _open.TryPeek(out string? file) ? Path.GetDirectoryName(file) : null;
        string path = Full(statement.Origin, Path.Combine(folder ?? "", statement.Name));
        RawObject? included = Read(statement.Origin, path, path, at);
        return included is null && statement.IsRequired
            ? throw new HoconException(statement.Origin, $"no file {Excerpt.Of(path)}", "a file that exists, since it is required")
            : included;
    }

    private RawObject? Read(HoconOrigin origin, string name, string path, string[] at)
    {
        if (_open.Contains(path)) throw new HoconException(origin, $"{Excerpt.Of(path)}, which includes itself", "no circle of includes");
        if (++_files > Limits.FilesMax) throw new HoconException(origin, $"more than {Limits.FilesMax} files", $"at most {Limits.FilesMax} in one document");
        if (Bytes(origin, path) is not { } bytes) return null;
        _open.Push(path);
        RawObject root = Parser.Document(SourceText.Decode(name, bytes, Limits), this, at);
        _open.Pop();
        return root;
    }

    private byte[]? Bytes(HoconOrigin origin, string path)
    {
        try
        {
            return options.ReadFile(path, Limits.FileBytesMax);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new HoconException(origin, $"{Excerpt.Of(path)}, which cannot be read ({e.Message})", "a file that can be read");
        }
    }

    private static string Full(HoconOrigin origin, string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (Exception e) when (e is ArgumentException or IOException or NotSupportedException)
        {
            throw new HoconException(origin, Excerpt.Of(path), "the path of a file");
        }
    }
}
