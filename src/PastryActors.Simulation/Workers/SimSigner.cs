using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Workers;

/// <summary>
/// Signs and verifies for all nodes of a world. It signs every digest alone: a signature with a path of hashes is none of its making
/// and never good here.
/// </summary>
public sealed class SimSigner
{
    private readonly ISignatureScheme _scheme;
    private readonly SimSignerOptions _options;

    internal SimSigner(ulong seed, SimSignerOptions options)
    {
        _options = options;
        _scheme = options.Real ? new RealSignatures(seed) : new SimulatedSignatures(seed);
    }

    /// <summary>The public key of a node (<paramref name="index"/> is its index) or of an owner (its number); the same in every run.</summary>
    public Blob PublicKey(SigningKey key, int index) => _scheme.PublicKey(key, index);

    /// <summary>A signature as a worker would make it, for tests that forge or prepare certificates.</summary>
    public BatchSignature Sign(SigningKey key, int index, Hash256 digest) => new(_scheme.Sign(key, index, digest), 0, default);

    /// <summary>Whether one claim holds.</summary>
    public bool IsGood(SignatureClaim claim)
    {
        BatchSignature signature = claim.Signature;
        return signature.Path.Count == 0 && signature.LeafIndex == 0 && _scheme.IsGood(claim.PublicKey, claim.Digest, signature.Value);
    }

    internal (WorkResult Result, TimeSpan Takes) Do(Sign work, int index) =>
        (new Signed(work.Id, Sign(work.Key, index, work.Digest)), _options.SignLatency);

    internal (WorkResult Result, TimeSpan Takes) Do(SignContents work, int index)
    {
        var statement = ContentStatement.Of(work.Head, work.Contents);
        return (new ContentsSigned(work.Id, statement.Hashes, Sign(work.Key, index, statement.Digest())), _options.SignLatency);
    }

    /// <summary>Takes the time of one claim: as many statements as a run of messages has are few.</summary>
    internal (WorkResult Result, TimeSpan Takes) Do(VerifyContents work) => (work.Judge(IsGood), _options.VerifyLatency);

    internal (WorkResult Result, TimeSpan Takes) Do(Verify work)
    {
        bool good = true;
        foreach (SignatureClaim claim in work.Claims) good &= IsGood(claim);
        return (new Verified(work.Id, good), _options.VerifyLatency * work.Claims.Count);
    }
}
