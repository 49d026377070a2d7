using PastryActors.Core.Driving;

namespace PastryActors.Simulation.Nodes;

/// <summary>A core around another core: how a fault is put into a node without a switch in the code under test.</summary>
public interface IWrappedCore : INodeCore
{
    /// <summary>The core inside.</summary>
    INodeCore Inner { get; }
}
