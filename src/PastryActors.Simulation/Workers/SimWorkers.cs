using PastryActors.Core.Driving;
using PastryActors.Scribe.History;
using PastryActors.Simulation.Events;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Workers;

/// <summary>Gives the work of cores to disks and to the signer, and brings the results back when their time has come.</summary>
internal sealed class SimWorkers(SimWorld world, EventQueue queue)
{
    private readonly MetaPool _metas = new();
    private SimArchive? _archive;

    public void Take(SimNode node, Work work)
    {
        switch (work)
        {
            case StoreWrite or StoreRead or StoreRemove or StoreProve: ToDisk(node, work); break;
            case Sign sign: Return(node, world.Signer.Do(sign, Signer(node, sign.Key))); break;
            case SignContents sign: Return(node, world.Signer.Do(sign, Signer(node, sign.Key))); break;
            case VerifyContents verify: Return(node, world.Signer.Do(verify)); break;
            case Verify verify: Return(node, world.Signer.Do(verify)); break;
            case ArchiveSegment or FetchSegment or DropSegment: (_archive ??= new SimArchive(world, world.Options.SegmentReplicas, (to, result) => Return(to, (result, TimeSpan.Zero)))).Take(node, work); break;
            default: throw new SimulationFailedException($"no worker does {work}", world.Seed, world.Now);
        }
    }

    private static int Signer(SimNode node, SigningKey key) => key == SigningKey.Node ? node.Index : node.Owner;

    private void ToDisk(SimNode node, Work work)
    {
        SimDisk disk = node.Disk ??= new SimDisk(world.Options.Disk, _metas);
        queue.Push(disk.Accept(work, world.Now.Ticks), Event(node, SimEventKind.DiskDone, work));
    }

    private void Return(SimNode node, (WorkResult Result, TimeSpan Takes) done) =>
        queue.Push((world.Now + done.Takes).Ticks, Event(node, SimEventKind.WorkDone, done.Result));

    private static SimEvent Event(SimNode node, SimEventKind kind, object body) =>
        new() { Kind = kind, Node = node.Index, Incarnation = node.Handle.Incarnation, Body = body };
}
