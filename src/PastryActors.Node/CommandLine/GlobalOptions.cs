using System.CommandLine;

namespace PastryActors.Node.CommandLine;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<bool> Json = new("--json") { Recursive = true, Description = "One JSON document on standard output, and nothing else." };

    public static readonly Option<string?> Node = new("--node") { Recursive = true, HelpName = "URL", Description = "The gateway of the node to speak with; else one of the local cluster." };

    public static readonly Option<string> Dir = new("--dir")
    {
        Recursive = true,
        HelpName = "FOLDER",
        DefaultValueFactory = _ => ".pastry",
        Description = "The state folder of the local cluster.",
    };

    public static readonly Option<string?> Token = new("--token") { Recursive = true, Description = "The token that the node wants; else the variable PASTRY_TOKEN." };

    /// <summary>Of the commands that can be given to many nodes at once.</summary>
    public static readonly Option<bool> All = new("--all") { Description = "Every running node of the local cluster, not one." };
}
