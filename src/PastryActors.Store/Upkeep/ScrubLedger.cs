using System.Globalization;
using System.Text;
using PastryActors.Store.Files;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Upkeep;

/// <summary>
/// Remembers over restarts when each volume was last found whole and how far the pass under way is: a small file of text, written whole, so
/// that a node that restarts often still reads everything in its time. Its loss costs reading sooner than need be, never an object.
/// </summary>
internal sealed class ScrubLedger(IVolumeFolder folder)
{
    private const string Name = "scrub";
    private const string First = "pastry scrub 1";

    /// <summary>When the pass under way, or the last, began.</summary>
    public DateTimeOffset? PassBegan { get; set; }

    /// <summary>When the last pass that came to its end did; null if none.</summary>
    public DateTimeOffset? Completed { get; set; }

    /// <summary>The volume that is half read: its number, the offset to go on at, and when it was begun. Number 0 for none.</summary>
    public (uint Volume, long Offset, DateTimeOffset Began) Half { get; set; }

    /// <summary>Reads what was remembered and tells the volumes. Whatever in it cannot be read is as if it were not there.</summary>
    public void Load(Volume[] volumes)
    {
        Dictionary<string, Volume> byName = volumes.ToDictionary(v => v.Name.ToString());
        string[] lines = Encoding.ASCII.GetString(folder.ReadNote(Name) ?? []).Split('\n');
        if (lines[0] != First) return;
        foreach (string line in lines.Skip(1))
        {
            string[] words = line.Split(' ');
            if (words is ["pass", var began] && TimeOf(began) is { } passBegan) PassBegan = passBegan;
            else if (words is ["completed", var ended] && TimeOf(ended) is { } completed) Completed = completed;
            else if (words is ["volume", var name, var at] && TimeOf(at) is { } verified && byName.TryGetValue(name, out Volume? volume)) volume.VerifiedAt = verified;
            else if (words is ["half", var half, var offset, var since] && byName.TryGetValue(half, out volume)) TakeHalf(volume, offset, since);
        }
    }

    /// <summary>Remembers what is so now.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Save(Volume[] volumes)
    {
        var text = new StringBuilder(First).Append('\n');
        if (PassBegan is { } began) text.Append(CultureInfo.InvariantCulture, $"pass {began.ToUnixTimeMilliseconds()}\n");
        if (Completed is { } completed) text.Append(CultureInfo.InvariantCulture, $"completed {completed.ToUnixTimeMilliseconds()}\n");
        foreach (Volume volume in volumes)
        {
            if (volume.VerifiedAt is { } verified) text.Append(CultureInfo.InvariantCulture, $"volume {volume.Name} {verified.ToUnixTimeMilliseconds()}\n");
            if (volume.Number == Half.Volume) text.Append(CultureInfo.InvariantCulture, $"half {volume.Name} {Half.Offset} {Half.Began.ToUnixTimeMilliseconds()}\n");
        }

        folder.WriteNote(Name, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private void TakeHalf(Volume volume, string offset, string since)
    {
        if (long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out long at) && TimeOf(since) is { } began) Half = (volume.Number, at, began);
    }

    private static DateTimeOffset? TimeOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long unix) && unix <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(unix) : null;
}
