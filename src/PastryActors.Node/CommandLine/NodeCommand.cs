using System.CommandLine;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry node: one node in the foreground.</summary>
internal static class NodeCommand
{
    public const string Name = "node";

    public static Command Build(CommandActions actions, NodeRunner run)
    {
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "HOCON configuration (hocon/node.conf explains every key)." };
        var set = SettingsOption();
        var command = new Command(Name, "Runs one node in the foreground; SIGTERM makes it hand over what it holds and leave the ring, SIGINT makes it leave at once.") { config, set };
        return actions.SetWithCode(command, (context, stop) => run(context.Get(config), context.Get(set) ?? [], stop));
    }

    /// <summary>--set key=value, as often as wanted.</summary>
    public static Option<string[]> SettingsOption() => new("--set") { HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore, Description = "Overrides one key of the configuration; may be repeated." };
}
