using PastryActors.Core.Ring;
using PastryActors.Node.Access;

namespace PastryActors.Node.Files;

/// <summary>The note of a file that is its own only part: a line among those of its process, which becomes a file of its own if the put does not end well.</summary>
internal sealed class SmallPutNote(string path, JournalEntry description, PutIntents intents, PutIntent intent) : PutNote(path)
{
    private bool _isDone;

    /// <inheritdoc/>
    public override void Done()
    {
        _isDone = true;
        intents.End(intent);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDone) return;
        try
        {
            using var kept = new FilePutNote(NotePath, description);
            foreach (FileId part in Parts) kept.Add(part);
            Done();
        }
        catch (Exception error) when (error is IOException or RequestFailedException)
        {
            // It stays open, and is looked into when the process is gone.
        }
    }
}
