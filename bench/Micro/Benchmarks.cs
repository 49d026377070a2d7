using BenchmarkDotNet.Attributes;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Micro.Operations;
using PastryActors.Scribe.Topics;

namespace PastryActors.Micro;

[MemoryDiagnoser]
public class WireBenchmarks
{
    private readonly WireOperations _wire = new();

    [Benchmark]
    public void WriteSmall() => _wire.WriteSmall();

    [Benchmark]
    public Message ReadSmall() => _wire.ReadSmall();

    [Benchmark(OperationsPerInvoke = WireOperations.RunMessages)]
    public void WriteRun() => _wire.WriteRun();

    [Benchmark(OperationsPerInvoke = WireOperations.RunMessages)]
    public Message ReadRun() => _wire.ReadRun();
}

[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private readonly RoutingOperations _routing = new();

    [Benchmark(OperationsPerInvoke = RoutingOperations.Keys)]
    public int Decide() => _routing.Decide();
}

[MemoryDiagnoser]
public class MailboxBenchmarks
{
    private readonly MailboxOperations _mailbox = new();

    [Benchmark(OperationsPerInvoke = MailboxOperations.Messages)]
    public void Send() => _mailbox.Send();

    [GlobalCleanup]
    public void End() => _mailbox.Dispose();
}

[MemoryDiagnoser]
public class FrameBenchmarks
{
    private readonly FrameOperations _frames = new();

    [Benchmark(OperationsPerInvoke = FrameOperations.Frames)]
    public void Write() => _frames.Write();

    [Benchmark(OperationsPerInvoke = FrameOperations.Frames)]
    public int Read() => _frames.Read();
}

[MemoryDiagnoser]
public class CertificateBenchmarks
{
    private readonly CertificateOperations _certificates = new();

    [Benchmark(OperationsPerInvoke = CertificateOperations.Certificates)]
    public void SignBatch() => _certificates.SignBatch();

    [Benchmark]
    public bool Verify() => _certificates.Verify();

    [Benchmark]
    public Hash256? FollowPath() => _certificates.FollowPath();

    [GlobalCleanup]
    public void End() => _certificates.Dispose();
}

[MemoryDiagnoser]
public class HashBenchmarks
{
    private readonly HashOperations _hashes = new();

    [Benchmark(OperationsPerInvoke = HashOperations.Contents)]
    public Hash256[] InLanes() => _hashes.InLanes();

    [Benchmark(OperationsPerInvoke = HashOperations.Contents)]
    public Hash256 OneByOne() => _hashes.OneByOne();
}

[MemoryDiagnoser]
public class StoreBenchmarks
{
    private readonly StoreOperations _store = new();

    [Benchmark(OperationsPerInvoke = StoreOperations.Writes)]
    public Task WriteAsync() => _store.WriteAsync();

    [GlobalCleanup]
    public Task EndAsync() => _store.DisposeAsync().AsTask();
}

[MemoryDiagnoser]
public class MulticastBenchmarks
{
    private const int Messages = 1024;

    private readonly MulticastRing _bestEffort = new(DeliveryLevel.BestEffort);
    private readonly MulticastRing _ordered = new(DeliveryLevel.Ordered);
    private readonly byte[] _payload = new byte[100];

    [Benchmark(OperationsPerInvoke = Messages)]
    public void BestEffort() => _bestEffort.Publish(Messages, _payload);

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Ordered() => _ordered.Publish(Messages, _payload);
}
