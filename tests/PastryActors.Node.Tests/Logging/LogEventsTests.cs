using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Tests.Logging;

/// <summary>
/// docs/logs.md lists every event that a node logs; collectors and alarms are made for its ids. Those of the Akka engine, which not every build has, stand in
/// docs/engines.md and are held to it by that engine's own tests. After a change that is meant: PASTRY_ACCEPT_LOGS=1
/// dotnet test tests/PastryActors.Node.Tests --filter LogEvents, and commit the file.
/// </summary>
public sealed class LogEventsTests
{
    private const string Head = "| id | level | what it says |\n|---|---|---|\n";

    [Fact]
    public void Every_event_stands_in_the_document_and_every_id_means_one_thing()
    {
        LoggerMessageAttribute[] events = [.. Assemblies().SelectMany(a => a.GetTypes()).SelectMany(EventsOf).OrderBy(e => e.EventId)];
        Assert.Equal(events.Length, events.Select(e => e.EventId).Distinct().Count());
        string table = Head + string.Concat(events.Select(e => $"| {e.EventId} | {e.Level.ToString().ToLowerInvariant()} | {e.Message!.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));
        string file = DocumentPath();
        string document = File.ReadAllText(file);
        int start = document.IndexOf(Head, StringComparison.Ordinal);
        Assert.True(start > 0, "docs/logs.md has lost the head of its table");
        if (Environment.GetEnvironmentVariable("PASTRY_ACCEPT_LOGS") == "1") File.WriteAllText(file, document = document[..start] + table);
        Assert.Equal(table, document[start..]);
    }

    private static IEnumerable<Assembly> Assemblies()
    {
        Assembly program = typeof(GatewayHost).Assembly;
        return [program, .. program.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("PastryActors.", StringComparison.Ordinal) && a.Name != "PastryActors.Akka").Select(Assembly.Load)];
    }

    private static IEnumerable<LoggerMessageAttribute> EventsOf(Type type) =>
        type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>();

    private static string DocumentPath([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/logs.md"));
}
