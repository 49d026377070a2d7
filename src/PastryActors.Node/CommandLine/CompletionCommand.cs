using System.CommandLine;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// pastry completion: a script that makes a shell complete commands and options. The shell asks the program itself what may stand at
/// the cursor (System.CommandLine's directive [suggest:POSITION]), so the script never lags behind the commands.
/// </summary>
internal static class CompletionCommand
{
    // The line that is asked about begins with "pastry", however the program was called.
    private const string Bash = """
        # bash completion of pastry: source it, or put it where bash-completion looks.
        _pastry() {
            local line="pastry${COMP_LINE#"$1"}" point=$((COMP_POINT - ${#1} + 6)) IFS=$'\n'
            COMPREPLY=($(compgen -W "$("$1" "[suggest:$point]" "$line" 2>/dev/null)" -- "$2"))
        }
        complete -o default -F _pastry pastry scripts/pastry ./scripts/pastry

        """;

    private const string Zsh = """
        #compdef pastry
        # zsh completion of pastry: put it in a folder of $fpath as _pastry.
        _pastry() {
            local line="pastry${BUFFER#$words[1]}"
            local -a found
            found=("${(@f)$("$words[1]" "[suggest:$((CURSOR - ${#words[1]} + 6))]" "$line" 2>/dev/null)}")
            compadd -a found
            _files
        }
        if [ "$funcstack[1]" = "_pastry" ]; then _pastry "$@"; else compdef _pastry pastry; fi

        """;

    public static Command Build(CommandActions actions)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        return actions.Set(new Command("completion", "Prints a script that makes a shell complete commands and options.") { shell }, (context, _) =>
        {
            context.Output.Out.Write(context.Get(shell) == "bash" ? Bash : Zsh);
            return Task.CompletedTask;
        });
    }
}
