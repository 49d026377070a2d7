using Microsoft.Extensions.Logging.Console;
using PastryActors.Hocon.Settings;

namespace PastryActors.Node.Hosting;

/// <summary>Logs go to standard error: standard output belongs to results.</summary>
internal static class NodeLogging
{
    public static void Configure(ILoggingBuilder builder, LogSettings settings)
    {
        builder.SetMinimumLevel(LevelOf(settings.Level));
        // What the web server says of each request would drown what the node says of itself.
        builder.AddFilter("Microsoft", level => level >= LogLevel.Warning && settings.Level != LogThreshold.Off);
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

    private static LogLevel LevelOf(LogThreshold threshold) => threshold switch
    {
        LogThreshold.Trace => LogLevel.Trace,
        LogThreshold.Debug => LogLevel.Debug,
        LogThreshold.Info => LogLevel.Information,
        LogThreshold.Warning => LogLevel.Warning,
        LogThreshold.Error => LogLevel.Error,
        LogThreshold.Off => LogLevel.None,
        _ => throw new ArgumentOutOfRangeException(nameof(threshold)),
    };
}
