using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace PastryActors.Akka.Tests;

/// <summary>
/// docs/engines.md lists every event that this engine logs. After a change that is meant: PASTRY_ACCEPT_LOGS=1 dotnet test tests/PastryActors.Akka.Tests
/// -p:Akka=true --filter LogEvents, and commit the file.
/// </summary>
public sealed class LogEventsTests
{
    private const string Head = "| id | level | what it says |\n|---|---|---|\n";

    [Fact]
    public void Every_event_stands_in_the_document()
    {
        IEnumerable<LoggerMessageAttribute> events = typeof(AkkaEngine).Assembly.GetTypes()
            .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(static m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().OrderBy(static e => e.EventId);
        string table = Head + string.Concat(events.Select(static e => $"| {e.EventId} | {e.Level.ToString().ToLowerInvariant()} | {e.Message} |\n"));
        string file = DocumentPath();
        string document = File.ReadAllText(file);
        int start = document.IndexOf(Head, StringComparison.Ordinal);
        Assert.True(start > 0, "docs/engines.md has lost the head of its table");
        if (Environment.GetEnvironmentVariable("PASTRY_ACCEPT_LOGS") == "1") File.WriteAllText(file, document = document[..start] + table);
        Assert.Equal(table, document[start..]);
        Assert.All(events, static e => Assert.InRange(e.EventId, 2100, 2199));
    }

    private static string DocumentPath([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/engines.md"));
}
