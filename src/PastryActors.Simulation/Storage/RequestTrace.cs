using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Storage;

/// <summary>
/// Which file is asked for next (SOSP 2001, section 5.2: 4,000,000 requests for 1,863,055 files). A new one with the share that the proxy saw;
/// else one drawn evenly from all requests so far, so that what was asked for often is asked for again (Simon, 1955): popularity
/// becomes Zipf's.
/// </summary>
public sealed class RequestTrace(RandomSource random)
{
    /// <summary>Requests of the whole trace, for 2,250 nodes.</summary>
    public const int FullCount = 4_000_000;

    private const double NewShare = (double)FileTrace.FullCount / FullCount;

    private readonly List<FileId> _asked = [];

    /// <summary>A stored file that is asked for again; null for a new one.</summary>
    public FileId? Next()
    {
        if (_asked.Count == 0 || random.NextDouble() < NewShare) return null;
        FileId file = _asked[random.Next(_asked.Count)];
        _asked.Add(file);
        return file;
    }

    /// <summary>A file was stored, and may be asked for.</summary>
    public void Stored(FileId file) => _asked.Add(file);
}
