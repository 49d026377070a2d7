namespace PastryActors.Hocon.Reading;

/// <summary>
/// Bounds of what a document may ask of its reader, so that no text, whatever it says, makes the reader run long, recurse deep or
/// allocate much. Each is far above what configuration needs; beyond one, reading ends with a <see cref="HoconException"/> that names it.
/// </summary>
public sealed record HoconLimits
{
    /// <summary>Bytes of one file or text. Everything else that parsing costs is linear in it.</summary>
    public int FileBytesMax { get; init; } = 1 << 20;

    /// <summary>Files read for one document, counting a file each time it is included: n files that each include the next twice are 2^n.</summary>
    public int FilesMax { get; init; } = 64;

    /// <summary>Levels of objects and arrays inside each other, in a text and in the result. Parsing recurses this deep.</summary>
    public int DepthMax { get; init; } = 64;

    /// <summary>Values of the resolved document, a shared object counted at each key: 30 lines of doubling references would be a billion.</summary>
    public int ValuesMax { get; init; } = 200_000;

    /// <summary>Characters of all joined texts together: doubling references again, or one long text that many keys refer to with a letter beside it.</summary>
    public int JoinedCharsMax { get; init; } = 1 << 24;

    /// <summary>References that lead to references: the resolver recurses this deep, about 300 bytes of stack each.</summary>
    public int ReferenceDepthMax { get; init; } = 512;

    /// <summary>Elementary steps of resolving one document: some tenths of a second at most.</summary>
    public int StepsMax { get; init; } = 2_000_000;
}
