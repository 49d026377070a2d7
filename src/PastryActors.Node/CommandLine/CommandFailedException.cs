namespace PastryActors.Node.CommandLine;

/// <summary>A command could not do what it was asked.</summary>
/// <param name="code">Stable, in kebab case.</param>
/// <param name="detail">What failed.</param>
/// <param name="helps">What would help; empty if nobody knows.</param>
/// <param name="exitCode">1, or 2 where the command was used wrongly.</param>
public sealed class CommandFailedException(string code, string detail, string helps = "", int exitCode = 1) : Exception(detail)
{
    /// <summary>Why, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>What would help.</summary>
    public string Helps { get; } = helps;

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The command was used wrongly.</summary>
    public static CommandFailedException Usage(string detail) => new("usage", detail, "see --help", exitCode: 2);
}
