using System.Globalization;

namespace PastryActors.Past.Holding;

/// <summary>
/// How much room this node has for objects, and whether one is small enough for it: size / free is to be at most t (SOSP 2001,
/// section 3.3), so that what is nearly full keeps room for the many small. What is on its way to the disk counts as there.
/// </summary>
internal sealed class Room(PastOptions options, Catalog catalog)
{
    private long _reservedBytes;

    /// <summary>Bytes that this node gives to objects.</summary>
    public long CapacityBytes => options.CapacityBytes;

    /// <summary>Bytes that objects, and the notes and pointers in their place, take.</summary>
    public long UsedBytes => catalog.ContentBytes + _reservedBytes + ((long)catalog.Count * options.ObjectOverheadBytes);

    /// <summary>Bytes left.</summary>
    public long FreeBytes => Math.Max(0, options.CapacityBytes - UsedBytes);

    /// <summary>Bytes that an object of this length takes.</summary>
    public long SizeOf(int contentLength) => (long)contentLength + options.ObjectOverheadBytes;

    /// <summary>Whether an object may be stored here, as one of its k closest or for one of them.</summary>
    public bool Accepts(int contentLength, bool diverted) => Accepts(contentLength, FreeBytes, diverted);

    /// <summary>The same for a node that has this much room, by this node's parameters.</summary>
    public bool Accepts(int contentLength, long freeBytes, bool diverted)
    {
        double share = diverted ? options.DivertedShareMax : options.PrimaryShareMax;
        return share > 0 && SizeOf(contentLength) <= share * freeBytes;
    }

    /// <summary>Counts what is on its way to the disk; <see cref="Release"/> once it is there or not.</summary>
    public void Reserve(int contentLength) => _reservedBytes += SizeOf(contentLength);

    public void Release(int contentLength) => _reservedBytes -= SizeOf(contentLength);

    /// <summary>Why an object is not accepted, for people.</summary>
    public string Refusal(int contentLength, bool diverted)
    {
        double share = diverted ? options.DivertedShareMax : options.PrimaryShareMax;
        string rule = diverted ? "past.t-div" : "past.t-pri";
        return string.Create(CultureInfo.InvariantCulture, $"{contentLength} bytes are more than {100 * share:0.#} % ({rule}) of the {FreeBytes} bytes free here, of {CapacityBytes}");
    }
}
