using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Akka.Event.LogLevel;

namespace PastryActors.Akka.Diagnostics;

/// <summary>Tells an actor system where its log goes.</summary>
internal sealed class LogSetup(ILoggerFactory loggers) : Setup
{
    public ILogger Logger { get; } = loggers.CreateLogger("PastryActors.Akka");
}

/// <summary>Hands what Akka says to the log of the program. Named in the configuration of systems that the engine starts itself.</summary>
internal sealed class LogForwarder : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private ILogger? _log;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                if (Context.System.Settings.Setup.Get<LogSetup>() is { HasValue: true } setup) _log = setup.Value.Logger;
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent said when _log is not null:
                Forward(_log, said);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static void Forward(ILogger log, LogEvent said)
    {
        string text = said.Message?.ToString() ?? "";
        switch (said.LogLevel())
        {
            case LogLevel.DebugLevel: log.AkkaDebug(said.LogSource, text); break;
            case LogLevel.InfoLevel: log.AkkaInfo(said.LogSource, text); break;
            case LogLevel.WarningLevel: log.AkkaWarning(said.Cause, said.LogSource, text); break;
            default: log.AkkaError(said.Cause, said.LogSource, text); break;
        }
    }
}
