using PastryActors.Engine;

namespace PastryActors.Tests.Engines;

/// <summary>What a test of conformance asks of the engine that it wants.</summary>
public sealed record EngineNeeds
{
    /// <summary>The key of its node; null for a new one.</summary>
    public NodeKey? Key { get; init; }

    /// <summary>The number of the node's first start.</summary>
    public uint Incarnation { get; init; } = 1;

    /// <summary>The address of an earlier engine, to listen on it again; null for a free one.</summary>
    public string? At { get; init; }

    /// <summary>Name of the ring.</summary>
    public string Ring { get; init; } = "pastry";

    /// <summary>Whether the mailbox holds 8 messages and waits 30 ms for room, so that a test can fill it.</summary>
    public bool SmallMailbox { get; init; }

    /// <summary>The largest message without content, in bytes; null for the engine's default.</summary>
    public int? MessageBytesMax { get; init; }

    /// <summary>How long a connection may take to be made; null for the engine's default.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How a failed core is restarted.</summary>
    public SupervisionOptions Supervision { get; init; } = new() { BackOffMin = TimeSpan.FromMilliseconds(1) };

    /// <summary>Called before the core is made.</summary>
    public Action<RecordingNode>? Prepare { get; init; }
}

/// <summary>
/// An engine as the tests of conformance want it. A test project derives from each of them with its engine and takes this folder in by a
/// link: what passes here unchanged is what a host may rely on, whichever engine it is given.
/// </summary>
public interface IEngineUnderTest
{
    /// <summary>Starts an engine with one node, speaking <see cref="TestCodec"/>.</summary>
    Task<RecordingNode> StartAsync(EngineNeeds needs);
}
