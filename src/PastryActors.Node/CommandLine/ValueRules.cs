using System.CommandLine;
using System.CommandLine.Parsing;

namespace PastryActors.Node.CommandLine;

/// <summary>Rules that a value on the command line must keep; whoever breaks one used the command wrongly.</summary>
internal static class ValueRules
{
    /// <summary>Adds a rule to an option.</summary>
    public static void Must<T>(this Option<T> option, Func<T?, bool> kept, string rule) =>
        option.Validators.Add(result => Check(() => result.GetValueOrDefault<T>(), kept, result, rule));

    /// <summary>Adds a rule to an argument.</summary>
    public static void Must<T>(this Argument<T> argument, Func<T?, bool> kept, string rule) =>
        argument.Validators.Add(result => Check(() => result.GetValueOrDefault<T>(), kept, result, rule));

    private static void Check<T>(Func<T?> read, Func<T?, bool> kept, SymbolResult result, string rule)
    {
        try
        {
            if (!kept(read())) result.AddError(rule);
        }
        catch (InvalidOperationException)
        {
            // Text that is no value at all; the parser says so itself.
        }
    }
}
