using Microsoft.Extensions.Logging.Console;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Logging;

/// <summary>Logs go to standard error: standard output belongs to results.</summary>
internal static class NodeLogging
{
    public static void Configure(ILoggingBuilder builder, LogSettings settings, LogLevels levels)
    {
        // Each entry is judged when it comes, since levels change while the node runs.
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddFilter((category, level) => levels.Allows(category, level));
        // A gateway that cannot listen is said in one sentence at the end; the web server's own account of it is a stack trace.
        builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = settings.Format == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        });
        builder.AddSimpleConsole(simple => (simple.SingleLine, simple.TimestampFormat, simple.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        if (settings.Format == LogFormat.Json)
            builder.AddJsonConsole(json => (json.TimestampFormat, json.UseUtcTimestamp) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true));
    }
}
