using System.CommandLine;
using PastryActors.Client;
using PastryActors.Core.Coding;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry put: inserts files, and directories with -r.</summary>
internal static class PutCommand
{
    public static Command Build(CommandActions actions)
    {
        var paths = new Argument<string[]>("PATH") { Arity = ArgumentArity.OneOrMore, Description = "Files, or directories with -r." };
        var name = new Option<string?>("--name") { Description = "The file's name; else that of its path." };
        var k = new Option<int?>("-k") { Description = "Number of replicas; else the node's default (3)." };
        var recursive = new Option<bool>("-r") { Description = "Insert directories, with all that is in them." };
        var type = new Option<string?>("--type") { HelpName = "MEDIATYPE", Description = "Media type of the content; else that which its name ends in." };
        var encrypt = new Option<bool>("--encrypt") { Description = "Encrypt here, names and all; the key is in the link that is printed, and nowhere else." };
        var keyFile = new Option<string?>("--key-file") { HelpName = "FILE", Description = "Encrypt with keys that follow from the one in FILE, made if it is not there: so an interrupted encrypted put is taken up." };
        var code = new Option<string?>("--code") { HelpName = "10+4", Description = "For big files: keep each chunk once, and to every 10 of them 4 of parity; any 10 of the 14 give all back." };
        var salt = new Option<string?>("--salt") { HelpName = "HEX", Description = "A salt of your own; else it follows from the content." };
        k.Must(value => value is null or (>= 1 and <= 128), "-k must be 1 to 128");
        code.Must(value => value is null || StripeCode.TryParse(value) is not null, $"--code must be {StripeCode.Rule}");
        type.Must(value => value is null || System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(value, out _), "--type must be a media type such as text/plain");
        var command = new Command("put", "Inserts files and returns when they are durable on k nodes.") { paths, name, k, recursive, code, type, encrypt, keyFile, salt };
        return actions.Set(command, async (context, stop) =>
        {
            string[] given = context.Get(paths);
            if (context.Get(name) is not null && given.Length > 1) throw CommandFailedException.Usage("--name goes with one PATH only");
            PutKeys keys = PutKeys.Of(context.Get(encrypt), context.Get(keyFile));
            // A new key makes another content: what was sent under the old one is of no use to the next try.
            if (!keys.AreFresh) context.WhenStopped = "what the ring has already is kept for the next try: the same command goes on where this one ended";
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            var options = new InsertOptions { K = context.Get(k), Salt = context.Get(salt), Code = context.Get(code) };
            PutResult result = await new Putter(client, options, context.Get(type), keys, context.Output).PutAsync(given, context.Get(name), context.Get(recursive), stop).ConfigureAwait(false);
            context.Output.Result(result, CliJson.Default.PutResult, text => Show(text, result));
        });
    }

    private static void Show(TextWriter text, PutResult result)
    {
        foreach (PutFile file in result.Files) text.WriteLine($"{file.Link ?? file.FileId}  {file.Name}");
    }
}
