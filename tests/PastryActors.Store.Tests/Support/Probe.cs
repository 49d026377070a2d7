using System.Buffers.Binary;
using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Store.Tests.Support;

/// <summary>Asks a store and waits for the answer, never longer than a deadline.</summary>
internal static class Probe
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static FileId Id(int number) => new(new RingId(((UInt128)(uint)number << 96) | ((uint)number * 2654435761u)), (uint)number);

    public static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Blob Meta(int seed)
    {
        byte[] meta = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(meta, seed);
        return meta;
    }

    public static StoreWrite Write(int number, int length) => new(number, Id(number), (ulong)number, Meta(number), new MemoryContent(Bytes(length, number)));

    public static Task<WorkResult> SubmitAsync(this VolumeStore store, Work work)
    {
        var answer = new Answer();
        return store.TrySubmit(work, answer) ? answer.Task.WaitAsync(Deadline) : throw new InvalidOperationException("the queue is full");
    }

    public static async Task<StoreStatus> ChangeAsync(this VolumeStore store, Work work) => ((StoreChanged)await store.SubmitAsync(work)).Status;

    public static Task<StoreStatus> PutAsync(this VolumeStore store, int number, int length = 100) => store.ChangeAsync(Write(number, length));

    public static Task<StoreStatus> RemoveAsync(this VolumeStore store, int number, Blob tombstone = default) =>
        store.ChangeAsync(new StoreRemove(number, Id(number), 7, tombstone));

    public static async Task<StoreGot> GetAsync(this VolumeStore store, int number, bool metaOnly = false) =>
        (StoreGot)await store.SubmitAsync(new StoreRead(number, Id(number), metaOnly));

    /// <summary>Whether the object reads back as <see cref="Write"/> made it.</summary>
    public static async Task<bool> HoldsAsync(this VolumeStore store, int number, int length = 100)
    {
        StoreGot got = await store.GetAsync(number);
        return got.Status == StoreStatus.Done && got.Meta == Meta(number) && got.Content is MemoryContent content && content.Bytes.Span.SequenceEqual(Bytes(length, number));
    }

    private sealed class Answer : IWorkCompletion
    {
        private readonly TaskCompletionSource<WorkResult> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<WorkResult> Task => _told.Task;

        // A second completion throws here, which the store counts as unexpected.
        public void Completed(WorkResult result) => _told.SetResult(result);
    }
}
