using Akka.Actor;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Core.Wire;

namespace PastryActors.Akka;

/// <summary>
/// Nodes in an application's own actor system, which must use Akka.Remote or Akka.Cluster:
/// <code>
/// AkkaEngine pastry = PastryExtension.For(system).Start(codec);
/// Props props = pastry.NodeProps(new NodeSettings(key, self => new PastryNode(self, ...), workers, listener, nextStart));
/// IActorRef node = system.ActorOf(props, "my-node");
/// </code>
/// or <see cref="AkkaEngine.AddNode"/>, for a node that is no actor of the application's. The system's coordinated shutdown stops them; <see cref="AkkaEngine.Leaving"/> is where they leave their ring before.
/// </summary>
public sealed class PastryExtension(ExtendedActorSystem system) : IExtension
{
    private readonly Lock _gate = new();
    private AkkaEngine? _engine;

    /// <summary>The engine, once it was started.</summary>
    public AkkaEngine? Engine => _engine;

    /// <summary>The extension of an actor system.</summary>
    public static PastryExtension For(ActorSystem system) => system.WithExtension<PastryExtension, Provider>();

    /// <summary>Starts the engine; there is one an actor system.</summary>
    /// <param name="codec">All kinds of messages that the nodes speak.</param>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public AkkaEngine Start(WireCodec codec, AkkaOptions? options = null, ILoggerFactory? loggers = null)
    {
        lock (_gate)
        {
            if (_engine is not null) throw new InvalidOperationException("the engine of this actor system was started before");
            return _engine = AkkaEngine.On(system, codec, options ?? new AkkaOptions(), loggers ?? NullLoggerFactory.Instance);
        }
    }

    /// <summary>Makes the extension; for Akka.</summary>
    public sealed class Provider : ExtensionIdProvider<PastryExtension>
    {
        /// <inheritdoc/>
        public override PastryExtension CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
