using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Microsoft.Extensions.Logging;
using PastryActors.Akka.Diagnostics;
using PastryActors.Engine;

namespace PastryActors.Akka;

/// <summary>An actor system that the engine starts for itself.</summary>
public sealed record AkkaSystemPlan
{
    /// <summary>Its name, which is part of its address: the same in all systems of one Akka cluster.</summary>
    public string Name { get; init; } = "pastry";

    /// <summary>Where to listen, host:port; port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>What peers dial, host:port, when it is not what is listened on.</summary>
    public string? Advertise { get; init; }

    /// <summary>Akka's configuration as HOCON text, for instance hocon/akka.conf; what stands here for the address goes before it.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>The same, for what <see cref="Configuration"/> does not say.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Members of the Akka cluster to join, host:port or Akka's own form; the own address first where a cluster may be begun. Null: nobody is asked.</summary>
    public IReadOnlyList<string>? ClusterSeeds { get; init; }

    /// <summary>How long <see cref="AkkaEngine.Leaving"/> may take when the system shuts down in an orderly way; null: as the configuration says of the phase.</summary>
    public TimeSpan? LeavingTimeout { get; init; }

    /// <summary>
    /// The certificate of the ring, with its private key: TLS with mutual authentication, where both sides must show this very certificate. Null: as
    /// <c>akka.remote.dot-netty.tcp</c> says, by default without TLS.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Starts it.</summary>
    internal ActorSystem Create(ILoggerFactory loggers)
    {
        ActorSystemSetup setup = ActorSystemSetup.Create(new LogSetup(loggers));
        if (Certificate is { } certificate)
            setup = setup.And(new DotNettySslSetup(certificate, suppressValidation: false, requireMutualAuthentication: true, CertificateValidation.PinnedCertificate(certificate.Thumbprint)));
        try
        {
            return ActorSystem.Create(Name, setup.And(BootstrapSetup.Create().WithConfig(Config())));
        }
        catch (Exception e) when (Causes(e).OfType<SocketException>().FirstOrDefault() is { } socket)
        {
            throw new ListenException(Listen, socket.SocketErrorCode == SocketError.AddressAlreadyInUse, socket);
        }
        catch (Exception e) when (e is ConfigurationException or FormatException or ArgumentException)
        {
            throw new EngineOptionsException($"the configuration of Akka cannot be used: {e.Message}");
        }
    }

    private Config Config()
    {
        if (!PeerAddress.TryParse(Listen, out string host, out int port)) throw new EngineOptionsException($"overlay.listen: '{Listen}' is not host:port");
        var own = new System.Text.StringBuilder();
        own.AppendLine($"akka.remote.dot-netty.tcp {{ hostname = \"{host}\", port = {port} }}");
        if (PeerAddress.TryParse(Advertise, out string publicHost, out int publicPort))
            own.AppendLine($"akka.remote.dot-netty.tcp {{ public-hostname = \"{publicHost}\", public-port = {publicPort} }}");
        if (LeavingTimeout is { } leaving)
            own.AppendLine(FormattableString.Invariant($"akka.coordinated-shutdown.phases.{CoordinatedShutdown.PhaseBeforeServiceUnbind}.timeout = {leaving.TotalMilliseconds:0}ms"));
        if (Certificate is not null) own.AppendLine("akka.remote.dot-netty.tcp.enable-ssl = true");
        return ConfigurationFactory.ParseString(own.ToString()).WithFallback(ConfigurationFactory.ParseString(Configuration)).WithFallback(ConfigurationFactory.ParseString(Fallback));
    }

    private static IEnumerable<Exception> Causes(Exception e) =>
        e is AggregateException many ? many.InnerExceptions.SelectMany(Causes) : e.InnerException is { } inner ? Causes(inner).Prepend(e) : [e];
}
