namespace PastryActors.Engine;

/// <summary>An option of an engine is out of its range. The message names the option, its value and the range.</summary>
public sealed class EngineOptionsException(string message) : Exception(message);

/// <summary>The address to listen on cannot be had. The message names it and says why.</summary>
/// <param name="isInUse">Whether another process has the port.</param>
public sealed class ListenException(string address, bool isInUse, Exception inner)
    : Exception($"cannot listen on {address}: {inner.Message}", inner)
{
    /// <summary>The address, host:port.</summary>
    public string Address { get; } = address;

    /// <summary>Whether another process has the port.</summary>
    public bool IsInUse { get; } = isInUse;
}
