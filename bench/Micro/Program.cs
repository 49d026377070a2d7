using BenchmarkDotNet.Running;
using PastryActors.Micro;

// dotnet run --project bench/Micro -c Release -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(WireBenchmarks).Assembly).Run(args);
