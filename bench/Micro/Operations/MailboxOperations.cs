using PastryActors.Tcp.Actors;

namespace PastryActors.Micro.Operations;

/// <summary>A mailbox, one way: as many messages as it holds are put in by this thread, and handled by the pool.</summary>
internal sealed class MailboxOperations : IDisposable
{
    public const int Messages = 16 * 1024;

    private readonly Counter _actor = new();

    /// <summary>Sends <see cref="Messages"/> messages, and waits until all are handled.</summary>
    public void Send()
    {
        _actor.Expect(Messages);
        for (long i = 0; i < Messages; i++)
        {
            while (!_actor.TryPost(i)) Thread.Yield();
        }

        _actor.WaitForAll();
    }

    public void Dispose() => _actor.Dispose();

    private sealed class Counter() : Actor<long>(Messages), IDisposable
    {
        private readonly ManualResetEventSlim _all = new();
        private int _left;

        public void Expect(int messages)
        {
            _all.Reset();
            _left = messages;
        }

        public void WaitForAll() => _all.Wait();

        public void Dispose() => _all.Dispose();

        protected override void Receive(in long message)
        {
            if (--_left == 0) _all.Set();
        }

        protected override void Failed(Exception failure) => throw failure;

        protected override void Undelivered(in long message) => throw new InvalidOperationException("the mailbox was never closed");
    }
}
