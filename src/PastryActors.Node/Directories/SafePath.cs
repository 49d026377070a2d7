namespace PastryActors.Node.Directories;

/// <summary>Keeps what a stranger's directory names inside the folder that it is restored to.</summary>
public static class SafePath
{
    /// <summary>What is wrong with a relative path of a manifest; null if nothing is.</summary>
    public static string? Problem(string? path)
    {
        if (string.IsNullOrEmpty(path)) return "it is empty";
        if (path.Any(char.IsControl)) return "it has control characters";
        if (OperatingSystem.IsWindows() && path.AsSpan().IndexOfAny("\\:") >= 0) return "it has characters that mean something else here";
        if (Path.IsPathRooted(path)) return "it is absolute";
        return path.Split('/').Any(part => part is "" or "." or "..") ? "it has empty, \".\" or \"..\" parts" : null;
    }

    /// <summary>
    /// The place of a path below <paramref name="root"/>, its folders made. Throws <see cref="InvalidDataException"/> if the path, or a
    /// symbolic link on the way, leads out of it.
    /// </summary>
    public static string Prepare(string root, string path)
    {
        if (Problem(path) is { } problem) throw new InvalidDataException($"\"{path}\" is refused: {problem}");
        string[] parts = path.Split('/');
        string place = Path.GetFullPath(root);
        Directory.CreateDirectory(place);
        foreach (string part in parts[..^1])
        {
            place = Path.Combine(place, part);
            if (IsLink(place)) throw new InvalidDataException($"\"{path}\" is refused: {place} is a symbolic link");
            Directory.CreateDirectory(place);
        }

        place = Path.Combine(place, parts[^1]);
        return IsLink(place) ? throw new InvalidDataException($"\"{path}\" is refused: {place} is a symbolic link") : place;
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
