using PastryActors.Client;

// A service that follows a topic and goes on at the next node when one dies: Subscriber TOPIC [NODE...]
if (args is not [var topic, .. var given])
{
    await Console.Error.WriteLineAsync("usage: Subscriber TOPIC [NODE...]     a NODE is the URL of a gateway, such as http://127.0.0.1:9001");
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPastryClient(given.Length > 0 ? [.. given.Select(n => new Uri(n))] : [new("http://127.0.0.1:9001"), new("http://127.0.0.1:9003")]);
builder.Services.AddHostedService(services => new TopicReader(services.GetRequiredService<PastryClient>(), topic));
await builder.Build().RunAsync();
return 0;

/// <summary>Prints the messages of a topic until the app ends.</summary>
internal sealed class TopicReader(PastryClient client, string topic) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (TopicEvent happened in client.Scribe.SubscribeAsync(topic, from: null, next => Console.WriteLine($"subscribed; the next number is {next}"), stoppingToken))
        {
            if (happened.Gap is [var from, var to]) Console.WriteLine($"{from} to {to} cannot be had: {happened.Reason}");
            else Console.WriteLine($"{happened.Sequence} {System.Text.Encoding.UTF8.GetString(happened.Payload!)}");
        }
    }
}
