using PastryActors.Core.Driving;

namespace PastryActors.Pastry.Applications;

/// <summary>
/// A question to a root, asked again until it is answered: always under its first nonce. A new one each time would let no answer count where a
/// round trip takes longer than patience lasts. Whoever knows the nonce was asked.
/// </summary>
public sealed class Question
{
    /// <summary>Of the open question; 0 if none is.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>When it went out first: what came after that its answer need not know.</summary>
    public Instant FirstAt { get; private set; }

    /// <summary>When it went out last.</summary>
    public Instant LastAt { get; private set; }

    /// <summary>Whether it went out and is not answered.</summary>
    public bool IsOpen => Nonce != 0;

    /// <summary>Whether an answer under this nonce is one to it.</summary>
    public bool Is(ulong nonce) => IsOpen && Nonce == nonce;

    /// <summary>Whether it went out so lately that its answer is still awaited.</summary>
    public bool IsAwaited(Instant now, TimeSpan patience) => IsOpen && now - LastAt < patience;

    /// <summary>It goes out, or out again; answers its nonce.</summary>
    public ulong Ask(IPastryHost host)
    {
        if (!IsOpen) (Nonce, FirstAt) = (host.Random.NextUInt64() | 1, host.Now);
        LastAt = host.Now;
        return Nonce;
    }

    /// <summary>It is answered.</summary>
    public void Close() => Nonce = 0;
}
