using System.Text;
using System.Text.Json;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;

namespace PastryActors.Node.Files;

/// <summary>A note in a file of its own: a line a part, behind one that describes the file. It outlives the process.</summary>
internal sealed class FilePutNote : PutNote
{
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private bool _isDone;

    /// <exception cref="RequestFailedException">Busy: what an earlier put left is being reclaimed.</exception>
    public FilePutNote(string path, JournalEntry description)
        : base(path)
    {
        // Others may put the very same file at the same time, and note its parts here too.
        _file = Open(path, description);
        IsTakenUp = _file.Length > 0;
        if (IsTakenUp) ReadParts();
        // A put taken up begins on a line of its own: the last may have been torn.
        if (_file.Length == 0) Append([.. JsonSerializer.SerializeToUtf8Bytes(description, JournalJson.Default.JournalEntry), (byte)'\n']);
        else Append("\n"u8.ToArray());
    }

    /// <inheritdoc/>
    public override void Add(FileId part)
    {
        Append(Encoding.ASCII.GetBytes(part + "\n"));
        base.Add(part);
    }

    /// <inheritdoc/>
    public override void Done()
    {
        _isDone = true;
        File.Delete(NotePath);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Another put of the very same file ended it, and took the note along.
        if (!_isDone && !File.Exists(NotePath)) UnfinishedPuts.AddLeft(NotePath, Parts);
        _file.Dispose();
    }

    private static FileStream Open(string path, JournalEntry description)
    {
        try
        {
            return UnfinishedPuts.OpenShared(path);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new RequestFailedException(FailureCode.Busy, $"what an earlier put left of {description.FileId} is being reclaimed");
        }
    }

    private void ReadParts()
    {
        using var lines = new StreamReader(_file, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            if (FileId.TryParse(line, out FileId part)) base.Add(part);
        }
    }

    private void Append(byte[] line)
    {
        lock (_gate)
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write(line);
        }
    }
}
