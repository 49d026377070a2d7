using System.Collections.Concurrent;
using PastryActors.Client;
using PastryActors.Node.Files;

namespace PastryActors.Node.Gateway;

/// <summary>Uploads whose progress someone watches, by the name that the uploader chose. Whichever of the two comes first makes the entry.</summary>
internal sealed class UploadRegistry(int uploadsMax)
{
    private readonly ConcurrentDictionary<string, Watched> _uploads = new();

    /// <summary>The upload of a name; null when too many are watched.</summary>
    public Watched? Find(string name)
    {
        if (name.Length is 0 or > 64) throw GatewayRefusalException.Invalid("the name of an upload has 1 to 64 characters");
        return _uploads.Count < uploadsMax || _uploads.ContainsKey(name) ? _uploads.GetOrAdd(name, _ => new Watched()) : null;
    }

    /// <summary>Forgets an upload; those who watch it already see its end.</summary>
    public void End(string name, Watched upload)
    {
        upload.Done = true;
        _uploads.TryRemove(KeyValuePair.Create(name, upload));
    }

    /// <summary>One upload.</summary>
    internal sealed class Watched
    {
        private volatile bool _done;

        public InsertProgress Progress { get; } = new();

        public bool Done
        {
            get => _done;
            set => _done = value;
        }

        public UploadProgress Snapshot()
        {
            bool done = Done;
            return new UploadProgress(Progress.ReceivedBytes, Progress.DurableBytes, done);
        }
    }
}
