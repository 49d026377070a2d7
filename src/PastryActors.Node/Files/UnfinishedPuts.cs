using System.Text.Json;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>A put that did not end.</summary>
/// <param name="Size">As it was announced; -1 if it was not.</param>
/// <param name="Parts">Parts that were sent, or were about to be.</param>
/// <param name="LastAt">When the last of them was noted.</param>
/// <param name="Running">Whether a process puts it just now.</param>
public sealed record UnfinishedPut(FileId File, string Name, long Size, int K, int Parts, DateTimeOffset Begun, DateTimeOffset LastAt, bool Running);

/// <summary>
/// The puts of one owner that have not ended: a file each (<see cref="PutNote"/>) in a folder that all processes of the owner share. It is the
/// lock too: who puts holds it with others, who reclaims holds it alone, so that no part is released while a put counts on it.
/// </summary>
public sealed class UnfinishedPuts
{
    private const string Suffix = ".parts";

    /// <summary>How often a note is looked for that somebody holds: whoever lists them holds each for some microseconds to see whether it runs, whoever reclaims for as long as that takes.</summary>
    private const int LooksMax = 100;

    // The end of the calendar.
    private const long LatestMilliseconds = 253_402_300_799_999;

    private readonly string _folder;

    internal UnfinishedPuts(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Notes that a file is being put. Throws <see cref="RequestFailedException"/> (busy) while its parts are being reclaimed.</summary>
    public PutNote Begin(ObjectCertificate draft, long declaredLength, DateTimeOffset now)
    {
        string path = PathOf(draft.File);
        var description = new JournalEntry("begin", draft.File.ToString(), now.ToUnixTimeMilliseconds(), draft.Name, declaredLength, draft.Replicas);
        for (int look = 1; ; look++)
        {
            try
            {
                return new PutNote(path, description);
            }
            catch (IOException) when (look < LooksMax && File.Exists(path))
            {
                Thread.Yield();
            }
            catch (IOException) when (File.Exists(path))
            {
                throw new RequestFailedException(FailureCode.Busy, $"what an earlier put left of {draft.File} is being reclaimed");
            }
        }
    }

    /// <summary>
    /// Hands the parts of a put that did not end to <paramref name="release"/> and then forgets it; no put of the same file can begin meanwhile. False
    /// if none is known. Throws <see cref="RequestFailedException"/> (busy) while it is being put.
    /// </summary>
    public async Task<bool> ReleaseAsync(FileId file, Func<IReadOnlyCollection<FileId>, Task> release)
    {
        string path = PathOf(file);
        if (!File.Exists(path)) return false;
        await using FileStream alone = TakeAlone(path) ?? throw new RequestFailedException(FailureCode.Busy, $"{file} is being put just now");
        using var lines = new StreamReader(alone);
        await release(PartsIn(lines)).ConfigureAwait(false);
        File.Delete(path);
        return true;
    }

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<UnfinishedPut> List() => [.. Directory.GetFiles(_folder, "*" + Suffix).Select(Read).OfType<UnfinishedPut>().OrderBy(p => p.Begun).ThenBy(p => p.File)];

    /// <summary>What was sent for a file that was acknowledged, and is no part of it.</summary>
    public IReadOnlyCollection<FileId> LeftOf(FileId file) => LeftIn(LeftBeside(PathOf(file)));

    /// <summary>It was released.</summary>
    public void ForgetLeft(FileId file) => File.Delete(LeftBeside(PathOf(file)));

    /// <summary>Notes what was sent for the file that a note is of, and is no part of it.</summary>
    internal static void AddLeft(string notePath, IReadOnlyCollection<FileId> parts)
    {
        string path = LeftBeside(notePath);
        string[] added = parts.Count == 0 ? [] : [.. parts.Except(LeftIn(path)).Select(p => p.ToString())];
        if (added.Length > 0) File.AppendAllLines(path, added);
    }

    /// <summary>Forgets a put of a file that was acknowledged all the same, unless it runs. Which of its parts are the file's is not known here: all go with it.</summary>
    internal void Forget(FileId file)
    {
        string path = PathOf(file);
        using FileStream? alone = TakeAlone(path);
        if (alone is null) return;
        using var lines = new StreamReader(alone);
        AddLeft(path, PartsIn(lines));
        File.Delete(path);
    }

    private static string LeftBeside(string notePath) => Path.ChangeExtension(notePath, ".left");

    private static HashSet<FileId> LeftIn(string path)
    {
        if (!File.Exists(path)) return [];
        using var lines = new StreamReader(path);
        return PartsIn(lines);
    }

    // A note's first line describes, and one torn by a crash is of a part that was not sent yet.
    private static HashSet<FileId> PartsIn(StreamReader lines)
    {
        HashSet<FileId> parts = [];
        while (lines.ReadLine() is { } line)
        {
            if (FileId.TryParse(line, out FileId part)) parts.Add(part);
        }

        return parts;
    }

    private static FileStream? TakeAlone(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static UnfinishedPut? Read(string path)
    {
        try
        {
            bool running = IsRunning(path);
            using var lines = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            if (!FileId.TryParse(Path.GetFileNameWithoutExtension(path), out FileId file)) return null;
            JournalEntry entry = Describe(lines.ReadLine() ?? "") ?? new JournalEntry("begin", file.ToString(), 0, Size: -1);
            HashSet<FileId> parts = PartsIn(lines);
            DateTimeOffset begun = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(entry.UnixMilliseconds, 0, LatestMilliseconds));
            return new UnfinishedPut(file, entry.Name, entry.Size, entry.K, parts.Count, begun, File.GetLastWriteTimeUtc(path), running);
        }
        catch (IOException)
        {
            // It ended a moment ago, or is being reclaimed.
            return null;
        }
    }

    // A description torn by a crash costs the name, and not the parts.
    private static JournalEntry? Describe(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsRunning(string path)
    {
        using FileStream? alone = TakeAlone(path);
        return alone is null;
    }

    private string PathOf(FileId file) => Path.Combine(_folder, file + Suffix);
}
