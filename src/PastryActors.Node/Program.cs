using PastryActors.Node.CommandLine;
using PastryActors.Node.Hosting;

var host = new NodeHost(NodeComposition.StartAsync, Console.Error);
return await new PastryCommand(host.RunAsync).RunAsync(args, Console.Out, Console.Error, Console.OpenStandardOutput);
