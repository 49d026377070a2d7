using System.Diagnostics;

namespace PastryActors.Processes;

/// <summary>The program under test as a process: what the build left, or the one that PASTRY_PROGRAM names, compiled ahead of time (docs/decisions/0035).</summary>
internal static class PastryProgram
{
    /// <summary>How it is started with arguments.</summary>
    public static ProcessStartInfo With(params IEnumerable<string> arguments) =>
        Environment.GetEnvironmentVariable("PASTRY_PROGRAM") is { Length: > 0 } program
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pastry.dll"), .. arguments]);
}
