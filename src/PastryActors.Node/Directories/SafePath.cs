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
    /// What is wrong with a symbolic link of a manifest; null if it leads to somewhere inside the directory. It may climb first and then
    /// descend, never climb again: behind another link ".." is not where it reads to be.
    /// </summary>
    /// <param name="path">Where the link is; already found good.</param>
    public static string? LinkProblem(string path, string target)
    {
        string[] parts = target.Split('/');
        int climbs = parts.TakeWhile(part => part == "..").Count();
        if (climbs > path.Count(c => c == '/')) return "the link leads out of the directory";
        if (climbs == parts.Length) return null;
        return Problem(string.Join('/', parts[climbs..])) is { } problem ? $"the link leads to \"{target}\": {problem}" : null;
    }

    /// <summary>Makes a symbolic link below <paramref name="root"/>, unless that very link is there. Throws <see cref="InvalidDataException"/> as <see cref="Prepare"/> does.</summary>
    public static void MakeLink(string root, string path, string target)
    {
        if (LinkProblem(path, target) is { } problem) throw new InvalidDataException($"\"{path}\" is refused: {problem}");
        string place = PrepareFolder(root, path);
        if (new FileInfo(place).LinkTarget == target) return;
        File.CreateSymbolicLink(place, target);
    }

    /// <summary>
    /// The place of a path below <paramref name="root"/>, its folders made. Throws <see cref="InvalidDataException"/> if the path, or a
    /// symbolic link on the way, leads out of it.
    /// </summary>
    public static string Prepare(string root, string path)
    {
        string place = PrepareFolder(root, path);
        return IsLink(place) ? throw new InvalidDataException($"\"{path}\" is refused: {place} is a symbolic link") : place;
    }

    private static string PrepareFolder(string root, string path)
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

        return Path.Combine(place, parts[^1]);
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
