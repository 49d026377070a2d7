namespace PastryActors.Client;

/// <summary>What sending a request again may do.</summary>
internal enum Repeat : byte
{
    /// <summary>It is for one node, or a person decides: it is sent once.</summary>
    Never,

    /// <summary>Twice would be two deeds: again only if no node can have seen it.</summary>
    IfUnseen,

    /// <summary>Twice does what once does.</summary>
    Freely,
}

/// <summary>Which failures another attempt may mend, without doing anything twice that must be done once.</summary>
internal static class RepeatRules
{
    public static bool Allow(Repeat repeat, PastryException failed) => repeat switch
    {
        Repeat.Never => false,
        Repeat.IfUnseen => WasUnseen(failed),
        Repeat.Freely => failed.Code is "no-answer" or "busy" or "not-active",
        _ => throw new ArgumentOutOfRangeException(nameof(repeat)),
    };

    // "busy" is not among these: a node may have begun before it met the bound.
    private static bool WasUnseen(PastryException failed) =>
        failed.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
}
