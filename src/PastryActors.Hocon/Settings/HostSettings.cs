using PastryActors.Core.Collections;

namespace PastryActors.Hocon.Settings;

/// <summary>The process around a node: <c>pastry.node</c>.</summary>
public sealed record HostSettings
{
    /// <summary>Folder of the store, the key and the log.</summary>
    public string Dir { get; init; } = "node";

    /// <summary>What runs the node.</summary>
    public EngineChoice Engine { get; init; } = EngineChoice.Tcp;

    /// <summary>Each <c>host:port</c>, or an address as the Akka engine writes it.</summary>
    public ValueList<string> Seeds { get; init; } = [];

    public bool FoundRing { get; init; }

    /// <summary>How long a node that is told to stop hands over what it holds, at most; zero: not at all.</summary>
    public TimeSpan HandOver { get; init; } = TimeSpan.FromSeconds(30);

    public HttpSettings Http { get; init; } = new();

    public LogSettings Log { get; init; } = new();

    public TelemetrySettings Telemetry { get; init; } = new();
}

/// <summary>The engines for nodes that are processes (docs/engines.md).</summary>
public enum EngineChoice : byte
{
    /// <summary>Sockets of its own, TLS with keys that prove the nodeIds.</summary>
    Tcp,

    /// <summary>Akka.NET; not part of every build.</summary>
    Akka,
}

/// <summary>Gateway and dashboard: <c>pastry.node.http</c>.</summary>
public sealed record HttpSettings
{
    /// <summary><c>host:port</c></summary>
    public string Listen { get; init; } = "127.0.0.1:8080";

    /// <summary>Empty: none is asked for.</summary>
    public string Token { get; init; } = "";

    /// <summary>Other sites whose pages may ask (CORS); none unless named.</summary>
    public ValueList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The records' own text would show the token in a log.</summary>
    public override string ToString() => $"HttpSettings {{ Listen = {Listen}, Token = {(Token.Length > 0 ? "(set)" : "")}, AllowedOrigins = {AllowedOrigins} }}";
}

/// <summary>What is logged and how: <c>pastry.node.log</c>.</summary>
public sealed record LogSettings
{
    public LogThreshold Level { get; init; } = LogThreshold.Info;

    /// <summary>Subsystems that differ, each as <see cref="LogAssignment"/> reads it.</summary>
    public ValueList<string> Levels { get; init; } = [];

    public LogFormat Format { get; init; } = LogFormat.Console;
}

/// <summary>The least severe entries that are logged.</summary>
public enum LogThreshold : byte
{
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Off,
}

/// <summary>How an entry is written.</summary>
public enum LogFormat : byte
{
    /// <summary>One line for the eye.</summary>
    Console,

    /// <summary>One JSON document a line.</summary>
    Json,
}
