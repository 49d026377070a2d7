using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PastryActors.Node.CommandLine;

/// <summary>Examples under the help of every command. A test parses each of them.</summary>
internal static class HelpExamples
{
    /// <summary>By the command's words.</summary>
    public static IReadOnlyDictionary<string, string[]> All { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["anycast"] = ["pastry anycast jobs \"render 17\""],
        ["bench files"] = ["pastry bench files --set pastry.past.cache-size=1MiB"],
        ["bench idle"] = ["pastry bench idle -n 8"],
        ["bench insert"] = ["pastry bench insert", "pastry bench insert --size 1048576 --through gateway --json"],
        ["bench lookup"] = ["pastry bench lookup -n 8 --seconds 5"],
        ["bench mailbox"] = ["pastry bench mailbox --json"],
        ["bench multicast"] = ["pastry bench multicast --level best-effort", "pastry bench multicast --stall 8 --retain forever --rate 1000", "pastry bench multicast --rate 1000 --count 10000"],
        ["bench ring"] = ["pastry bench ring -n 32"],
        ["bench route"] = ["pastry bench route -n 16"],
        ["bench store"] = ["pastry bench store --size 65536"],
        ["bench transport"] = ["pastry bench transport", "pastry bench transport --set pastry.tcp.tls=false"],
        ["cluster add"] = ["pastry cluster add 2"],
        ["cluster down"] = ["pastry cluster down"],
        ["cluster kill"] = ["pastry cluster kill 3 --signal 9", "pastry cluster kill 3 --signal 15"],
        ["cluster start"] = ["pastry cluster start 3"],
        ["cluster status"] = ["pastry cluster status", "pastry cluster status --json"],
        ["cluster up"] = ["pastry cluster up -n 8 --config hocon/local.conf", "pastry cluster up -n 3 --dir /tmp/ring --base-port 9100 --set pastry.past.capacity=1GiB"],
        ["completion"] = ["pastry completion bash > ~/.local/share/bash-completion/completions/pastry", "pastry completion zsh > ~/.zfunc/_pastry"],
        ["doctor"] = ["pastry doctor", "pastry doctor --dir /tmp/ring --json"],
        ["get"] = ["pastry get FILEID -o report.pdf", "pastry get FILEID --range 0-1023", "pastry get -r FILEID -o photos"],
        ["info"] = ["pastry info FILEID"],
        ["log levels"] = ["pastry log levels --all"],
        ["log set"] = ["pastry log set debug transport", "pastry log set info --all"],
        ["ls"] = ["pastry ls", "pastry ls --node http://127.0.0.1:9003"],
        ["node"] = ["pastry node --config hocon/node.conf --set pastry.node.dir=/var/lib/pastry"],
        ["owner create"] = ["pastry owner create broker.key"],
        ["owner grant"] = ["pastry owner grant PUBLICKEY --quota 100GiB --broker broker.key --expires 365d"],
        ["owner show"] = ["pastry owner show", "pastry owner show PUBLICKEY --json"],
        ["pub"] = ["pastry pub news hello", "pastry pub news - --lines"],
        ["put"] = ["pastry put report.pdf", "pastry put -r photos/ -k 4", "pastry put notes.txt --name notes/today --json"],
        ["reclaim"] = ["pastry reclaim FILEID"],
        ["repair pause"] = ["pastry repair pause scrub --all"],
        ["repair resume"] = ["pastry repair resume --all"],
        ["repair scrub"] = ["pastry repair scrub"],
        ["repair speed"] = ["pastry repair speed 8MiB --objects 4"],
        ["repair status"] = ["pastry repair status --all"],
        ["ring"] = ["pastry ring", "pastry ring --watch"],
        ["route"] = ["pastry route FILEID", "pastry route news"],
        ["sim"] = ["pastry sim hops --nodes 1000 --seed 7", "pastry sim churn --report churn.html"],
        ["sim experiments"] = ["pastry sim experiments --run hops,join --nodes 1000 --results /tmp/results"],
        ["sim fuzz"] = ["pastry sim fuzz --minutes 10"],
        ["sim list"] = ["pastry sim list"],
        ["stream publish"] = ["pastry stream publish radio - --rate 64KiB", "pastry stream publish news evening.ts --rate 1MiB"],
        ["stream status"] = ["pastry stream status", "pastry stream status radio"],
        ["stream watch"] = ["pastry stream watch radio > radio.ogg", "pastry stream watch news --follow --json"],
        ["sub"] = ["pastry sub news", "pastry sub news --from earliest --count 10 --json"],
        ["top"] = ["pastry top", "pastry top --count 1 --json"],
        ["topics"] = ["pastry topics", "pastry topics news"],
        ["topics create"] = ["pastry topics create diary --retain forever", "pastry topics create alarms --publishers NODEID,NODEID"],
        ["trace"] = ["pastry trace FILEID"],
    };

    /// <summary>Makes the help of a command line end with the examples of the command asked about.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>()) help.Action = new WithExamples((HelpAction)help.Action!);
    }

    /// <summary>The command's words, without the program's name.</summary>
    public static string NameOf(Command command) =>
        string.Join(' ', Ancestors(command).Reverse().Select(c => c.Name));

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (Command? at = command; at is not (null or RootCommand); at = at.Parents.OfType<Command>().FirstOrDefault()) yield return at;
    }

    private sealed class WithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        /// <summary>Who asks for help has not written the whole line yet.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            if (!All.TryGetValue(NameOf(parseResult.CommandResult.Command), out string[]? examples) || examples.Length == 0) return code;
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples) output.WriteLine("  " + example);
            output.WriteLine();
            return code;
        }
    }
}
