using PastryActors.Core.Ring;
using PastryActors.Store;

namespace PastryActors.Node.Hosting;

/// <summary>Tells the log what the store noticed, and of damage also whoever can mend it. Event ids 3200-3299.</summary>
internal sealed partial class StoreLog(ILogger logger) : IStoreObserver
{
    /// <summary>Told of every object that was found damaged while the store is open.</summary>
    public Action<FileId>? Damaged { get; set; }

    /// <inheritdoc/>
    public void Observe(in StoreFact fact)
    {
        if (fact.Kind == StoreFactKind.Quarantined) Damaged?.Invoke(fact.Object);
        if (fact.Kind is StoreFactKind.Compacted or StoreFactKind.TailCut or StoreFactKind.RecordTorn) Noted(logger, fact.Kind, fact.Volume, fact.Bytes, fact.Detail);
        else Warned(logger, fact.Kind, fact.Object.ToString(), fact.Volume, fact.Bytes, fact.Detail);
    }

    [LoggerMessage(3201, LogLevel.Information, "store: {Kind} in volume {Volume}, {Bytes} bytes {Detail}")]
    private static partial void Noted(ILogger logger, StoreFactKind kind, long volume, long bytes, string detail);

    [LoggerMessage(3202, LogLevel.Warning, "store: {Kind}: object {Object}, volume {Volume}, {Bytes} bytes {Detail}")]
    private static partial void Warned(ILogger logger, StoreFactKind kind, string @object, long volume, long bytes, string detail);
}
