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
/// The puts of one owner that have not ended: a file each (<see cref="FilePutNote"/>) in a folder that all processes of the owner share. It is the
/// lock too: who puts holds it with others, who reclaims holds it alone, so that no part is released while a put counts on it. A small file that is
/// put is a line in a file of its process (<see cref="PutIntents"/>), until its put has ended otherwise than well.
/// </summary>
public sealed class UnfinishedPuts : IDisposable
{
    private const string Suffix = ".parts";

    /// <summary>How often a note is looked for that somebody holds: whoever lists them holds each for some microseconds to see whether it runs, whoever reclaims for as long as that takes.</summary>
    private const int LooksMax = 100;

    // The end of the calendar.
    private const long LatestMilliseconds = 253_402_300_799_999;

    private readonly string _folder;
    private readonly PutIntents _intents;

    internal UnfinishedPuts(string folder, string writer)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        TakeOver();
        _intents = new PutIntents(folder, writer);
    }

    /// <summary>Notes that a file is being put. Throws <see cref="RequestFailedException"/> (busy) while its parts are being reclaimed.</summary>
    /// <param name="isSmall">The file is one object, and so its only part.</param>
    public PutNote Begin(ObjectCertificate draft, long declaredLength, DateTimeOffset now, bool isSmall = false)
    {
        string path = PathOf(draft.File);
        var description = new JournalEntry("begin", draft.File.ToString(), now.ToUnixTimeMilliseconds(), draft.Name, declaredLength, draft.Replicas);
        if (!isSmall || File.Exists(path)) return new FilePutNote(path, description);
        PutIntent intent = _intents.Begin(description);
        // Only now, for whoever reclaims has the note before it looks for who puts: one of the two sees the other.
        if (!File.Exists(path)) return new SmallPutNote(path, description, _intents, intent);
        _intents.End(intent);
        return new FilePutNote(path, description);
    }

    /// <summary>
    /// Hands the parts of a put that did not end to <paramref name="release"/> and then forgets it; no put of the same file can begin meanwhile. False
    /// if none is known. Throws <see cref="RequestFailedException"/> (busy) while it is being put.
    /// </summary>
    public async Task<bool> ReleaseAsync(FileId file, Func<IReadOnlyCollection<FileId>, Task> release)
    {
        TakeOver();
        string path = PathOf(file);
        bool isNoted = File.Exists(path);
        await using FileStream? alone = isNoted ? TakeAlone(path) : null;
        if ((isNoted && alone is null) || PutIntents.Open(_folder).Any(p => p.FileId == file.ToString()))
            throw new RequestFailedException(FailureCode.Busy, $"{file} is being put just now");
        if (alone is null) return false;
        using var lines = new StreamReader(alone);
        await release(PartsIn(lines)).ConfigureAwait(false);
        File.Delete(path);
        return true;
    }

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<UnfinishedPut> List()
    {
        TakeOver();
        IEnumerable<UnfinishedPut> noted = Directory.GetFiles(_folder, "*" + Suffix).Select(Read).OfType<UnfinishedPut>();
        return [.. PutIntents.Open(_folder).Select(Running).OfType<UnfinishedPut>().Concat(noted).DistinctBy(p => p.File).OrderBy(p => p.Begun).ThenBy(p => p.File)];
    }

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

    /// <inheritdoc/>
    public void Dispose() => _intents.Dispose();

    /// <summary>A file to write that others may write too. Waits for who holds it alone, which takes as long as a look, or a reclaim.</summary>
    /// <exception cref="IOException">Somebody still has it alone, or it cannot be written.</exception>
    internal static FileStream OpenShared(string path)
    {
        for (int look = 1; ; look++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            }
            catch (IOException) when (look < LooksMax && File.Exists(path))
            {
                Thread.Yield();
            }
        }
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

    /// <summary>The file, which nobody else has then; null if somebody has it, or there is none.</summary>
    internal static FileStream? TakeAlone(string path)
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
            // A description torn by a crash costs the name, and not the parts.
            JournalEntry entry = JournalEntry.TryParse(lines.ReadLine()) ?? new JournalEntry("begin", file.ToString(), 0, Size: -1);
            HashSet<FileId> parts = PartsIn(lines);
            return new UnfinishedPut(file, entry.Name, entry.Size, entry.K, parts.Count, BegunAt(entry), File.GetLastWriteTimeUtc(path), running);
        }
        catch (IOException)
        {
            // It ended a moment ago, or is being reclaimed.
            return null;
        }
    }

    private static UnfinishedPut? Running(JournalEntry entry) => FileId.TryParse(entry.FileId, out FileId file)
        ? new UnfinishedPut(file, entry.Name, entry.Size, entry.K, Parts: 1, BegunAt(entry), BegunAt(entry), Running: true)
        : null;

    private static DateTimeOffset BegunAt(JournalEntry entry) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(entry.UnixMilliseconds, 0, LatestMilliseconds));

    private static bool IsRunning(string path)
    {
        using FileStream? alone = TakeAlone(path);
        return alone is null;
    }

    private void TakeOver() => PutIntents.TakeOver(_folder, (file, description) =>
    {
        using var note = new FilePutNote(PathOf(file), description);
        note.Add(file);
    });

    private string PathOf(FileId file) => Path.Combine(_folder, file + Suffix);
}
