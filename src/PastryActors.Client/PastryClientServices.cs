using PastryActors.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a <see cref="PastryClient"/> to an app's services: one for the whole app, which the container disposes of.</summary>
public static class PastryClientServices
{
    /// <summary>Adds a client of these gateways.</summary>
    public static IServiceCollection AddPastryClient(this IServiceCollection services, params Uri[] nodes) => services.AddPastryClient(new PastryClientOptions { Nodes = nodes });

    /// <summary>Adds a client with these options. Throws <see cref="ArgumentException"/> at once for options that cannot be.</summary>
    public static IServiceCollection AddPastryClient(this IServiceCollection services, PastryClientOptions options)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        return services.AddPastryClient(_ => options);
    }

    /// <summary>Adds a client whose options are made when it is first wanted, from configuration for instance.</summary>
    public static IServiceCollection AddPastryClient(this IServiceCollection services, Func<IServiceProvider, PastryClientOptions> options) =>
        services.AddSingleton(provider => new PastryClient(options(provider)));
}
