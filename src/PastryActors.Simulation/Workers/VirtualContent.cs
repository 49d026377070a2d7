using PastryActors.Core.Content;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Workers;

/// <summary>Content without bytes: a length and a hash, so that a simulated ring stores terabytes that nobody has.</summary>
public sealed class VirtualContent(int length, Hash256 hash) : ContentRef
{
    /// <inheritdoc/>
    public override int Length { get; } = length;

    /// <inheritdoc/>
    public override Hash256 Hash { get; } = hash;
}
