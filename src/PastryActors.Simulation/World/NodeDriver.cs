using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Simulation.Checking;
using PastryActors.Simulation.Events;
using PastryActors.Simulation.Workers;

namespace PastryActors.Simulation.World;

/// <summary>
/// Drives the cores: hands them what comes due and carries out what they want done. One outbox serves all nodes, since it is empty
/// between two events.
/// </summary>
internal sealed class NodeDriver(SimWorld world, EventQueue queue, AskBook asks, List<IFactListener> listeners)
{
    private readonly Outbox _outbox = new();
    private readonly SimWorkers _workers = new(world, queue);

    /// <summary>Lets one event happen, which is due now.</summary>
    public void Happen(ref SimEvent due)
    {
        Note(due);
        if (due.Kind == SimEventKind.Action)
        {
            ((Action)due.Body!)();
            return;
        }

        SimNode node = world.NodeAt(due.Node);
        if (node.Core is null || node.Handle.Incarnation != due.Incarnation)
        {
            if (due.Kind == SimEventKind.Message) world.Network.Undeliverable(due);
            return;
        }

        // The disk works on while its node is busy; only the news of it has to wait.
        if (due.Kind == SimEventKind.DiskDone) due.Body = node.Disk!.Complete((Work)due.Body!);
        if (due.Kind == SimEventKind.Leave) world.Leave(node);
        else if (due.Kind == SimEventKind.Wake) Wake(node);
        else if (node.Mailbox is null) Handle(node, due);
        else HandleInTurn(node, node.Mailbox, due);
    }

    private void HandleInTurn(SimNode node, Mailbox mailbox, in SimEvent due)
    {
        if (!mailbox.MustWait(world.Now.Ticks))
        {
            mailbox.Serve(world.Now.Ticks);
            Handle(node, due);
            return;
        }

        if (due.Kind == SimEventKind.Message && mailbox.Count >= world.Options.MailboxCapacity)
        {
            world.Counters.CountLost(LossReason.MailboxFull);
            return;
        }

        mailbox.Put(due);
        ScheduleWake(node, mailbox);
    }

    private void Wake(SimNode node)
    {
        Mailbox mailbox = node.Mailbox!;
        mailbox.WakeIsDue = false;
        // Whoever handles an event may crash the node, and with it goes the mailbox.
        while (node.Mailbox == mailbox && mailbox.TryTake(world.Now.Ticks, out SimEvent next))
        {
            mailbox.Serve(world.Now.Ticks);
            Handle(node, next);
        }

        if (node.Mailbox == mailbox && mailbox.Count > 0) ScheduleWake(node, mailbox);
    }

    private void ScheduleWake(SimNode node, Mailbox mailbox)
    {
        if (mailbox.WakeIsDue) return;
        mailbox.WakeIsDue = true;
        queue.Push(Math.Max(mailbox.FreeAtTicks, world.Now.Ticks), SimWorld.EventFor(node, SimEventKind.Wake));
    }

    private void Handle(SimNode node, in SimEvent due)
    {
        INodeCore core = node.Core!;
        try
        {
            Tell(node, core, due);
        }
        catch (Exception fault) when (!world.Options.FaultsEndRun)
        {
            Replace(node, fault);
            return;
        }
        catch (Exception fault)
        {
            throw new SimulationFailedException($"{node} failed in {due.Kind} {due.Body}: {fault.Message}", world.Seed, world.Now, fault);
        }

        CarryOut(node, core);
        _outbox.Clear();
    }

    private void Tell(SimNode node, INodeCore core, in SimEvent due)
    {
        Instant now = world.Now;
        switch (due.Kind)
        {
            case SimEventKind.Message:
                world.Counters.Delivered++;
                world.Network.Arrive(node, due.From!, (Message)due.Body!);
                core.Handle(NodeEvent.Received(due.From!, (Message)due.Body!, due.Content), now, _outbox);
                break;
            case SimEventKind.Timer: core.Handle(NodeEvent.TimerFired(due.Timer), now, _outbox); break;
            case SimEventKind.WorkDone or SimEventKind.DiskDone: core.Handle(NodeEvent.WorkDone((WorkResult)due.Body!), now, _outbox); break;
            case SimEventKind.Request: core.Handle(NodeEvent.Requested((Request)due.Body!), now, _outbox); break;
            case SimEventKind.LinkFailed: core.Handle(NodeEvent.LinkFailed(due.From!), now, _outbox); break;
            case SimEventKind.Start: core.Start(now, _outbox); break;
            default: throw new InvalidOperationException($"a core knows nothing of {due.Kind}");
        }
    }

    /// <summary>The driver's duty 8: the state may be torn, so the core goes, and with it what it wanted done.</summary>
    private void Replace(SimNode node, Exception fault)
    {
        _outbox.Clear();
        world.Counters.CoreFaults++;
        world.Trace.Add((ulong)fault.HResult);
        world.Crash(node);
        uint failed = node.Handle.Incarnation;
        // Not at once: a core that fails whenever it starts would hold the time for ever.
        world.At(world.Now + world.Options.RestartAfterFault, () =>
        {
            if (!node.IsUp && node.Handle.Incarnation == failed) world.Restart(node);
        });
    }

    private void CarryOut(SimNode node, INodeCore core)
    {
        foreach (ref readonly Effect effect in _outbox.Effects)
        {
            // A listener may have crashed the node between two effects, as a loss of power would.
            if (node.Core != core) return;
            switch (effect.Kind)
            {
                case EffectKind.Send: world.Network.Send(node, effect); break;
                case EffectKind.Schedule: Schedule(node, effect); break;
                case EffectKind.Work: _workers.Take(node, effect.Work); break;
                case EffectKind.Reply: Reply(node, effect.Reply); break;
                case EffectKind.Report: Report(node, effect.Fact); break;
                default: throw new InvalidOperationException($"an engine knows nothing of {effect.Kind}");
            }
        }
    }

    private void Schedule(SimNode node, in Effect effect)
    {
        long delay = Math.Max(0, effect.Delay.Ticks);
        // A timer beyond the end of time never fires.
        if (delay > long.MaxValue - world.Now.Ticks) return;
        SimEvent timer = SimWorld.EventFor(node, SimEventKind.Timer);
        timer.Timer = effect.Timer;
        queue.Push(world.Now.Ticks + delay, timer);
    }

    private void Reply(SimNode node, Reply reply)
    {
        world.Trace.Add((ulong)reply.RequestId);
        if (asks.File(node, reply) is { EndsNode: true }) queue.Push(world.Now.Ticks, SimWorld.EventFor(node, SimEventKind.Leave));
    }

    private void Report(SimNode node, in Fact fact)
    {
        world.Counters.Facts++;
        world.Trace.Add(((ulong)fact.Kind << 56) ^ (ulong)fact.Value);
        world.Trace.Add(fact.Subject.Value);
        for (int i = 0; i < listeners.Count; i++) listeners[i].Observe(node, fact, world.Now);
    }

    private void Note(in SimEvent due)
    {
        TraceHash trace = world.Trace;
        trace.Add((ulong)world.Now.Ticks);
        trace.Add(((ulong)due.Kind << 56) | ((ulong)due.Lane << 48) | (uint)due.Node);
        switch (due.Kind)
        {
            case SimEventKind.Message:
                trace.Add(((ulong)(uint)due.Sender << 32) | ((ulong)((Message)due.Body!).Kind << 24) | (uint)(due.Content?.Length ?? 0));
                break;
            case SimEventKind.Timer:
                trace.Add(((ulong)due.Timer.Owner << 56) ^ ((ulong)due.Timer.Kind << 48) ^ (ulong)due.Timer.Argument);
                trace.Add(due.Timer.Subject.Value);
                break;
            case SimEventKind.Request: trace.Add((ulong)((Request)due.Body!).Id); break;
            case SimEventKind.WorkDone: trace.Add((ulong)((WorkResult)due.Body!).Id); break;
            case SimEventKind.DiskDone: trace.Add((ulong)((Work)due.Body!).Id); break;
            case SimEventKind.LinkFailed: trace.Add(due.From!.Id.Value); break;
        }
    }
}
