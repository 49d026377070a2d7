using System.Security.Cryptography;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Workers;

/// <summary>Turns what the store read into the proof that it was read: SHA-256 over the nonce and the bytes.</summary>
internal sealed class ProofMaker(Hash256 nonce, IWorkCompletion asker) : IWorkCompletion
{
    /// <inheritdoc/>
    public void Completed(WorkResult result)
    {
        var got = (StoreGot)result;
        if (got.Status == StoreStatus.Done && got.Content is MemoryContent or null) asker.Completed(Prove(got, (got.Content as MemoryContent)?.Bytes ?? default));
        else asker.Completed(new StoreProven(got.Id, got.Object, got.Status, default, default, default));
    }

    private StoreProven Prove(StoreGot got, ReadOnlyMemory<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[Hash256.SizeBytes];
        nonce.WriteTo(buffer);
        hash.AppendData(buffer);
        hash.AppendData(bytes.Span);
        hash.GetHashAndReset(buffer);
        // The hash of the bytes is made anew: the record may say one that its bytes no longer have.
        return new StoreProven(got.Id, got.Object, got.Status, got.Meta, Hash256.Of(bytes.Span), Hash256.FromBytes(buffer));
    }
}
