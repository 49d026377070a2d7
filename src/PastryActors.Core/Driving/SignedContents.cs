using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Driving;

/// <summary>
/// Contents that one signature covers: what is said of all of them, and the SHA-256 of each. Whoever has only some of the contents checks
/// those, and needs the hashes alone of the rest.
/// </summary>
/// <param name="Head">What is said. Must tell its own length, or a hash could pass for a part of it.</param>
public sealed record ContentStatement(Blob Head, ValueList<Hash256> Hashes)
{
    /// <summary>The statement about these contents. Hashes them: a worker's business where they may be large.</summary>
    public static ContentStatement Of(Blob head, ValueList<Blob> contents) => new(head, new ValueList<Hash256>(HashLanes.OfEach(contents.Span)));

    /// <summary>What is signed: SHA-256 over the head and the hashes, one after the other.</summary>
    public Hash256 Digest()
    {
        byte[] bytes = new byte[Head.Length + (Hashes.Count * Hash256.SizeBytes)];
        Head.Span.CopyTo(bytes);
        for (int i = 0; i < Hashes.Count; i++) Hashes[i].WriteTo(bytes.AsSpan(Head.Length + (i * Hash256.SizeBytes)));
        return Hash256.Of(bytes);
    }
}

/// <summary>Hash contents, and sign the <see cref="ContentStatement"/> about them. Answered by <see cref="ContentsSigned"/>.</summary>
/// <param name="Key">Which key.</param>
public sealed record SignContents(long Id, SigningKey Key, Blob Head, ValueList<Blob> Contents) : Work(Id);

/// <summary>The outcome of a <see cref="SignContents"/>. A signature without a value: too much waits to be signed.</summary>
/// <param name="Hashes">Of the contents, in their order.</param>
public sealed record ContentsSigned(long Id, ValueList<Hash256> Hashes, BatchSignature Signature) : WorkResult(Id);

/// <summary>Check contents against the statements that are to cover them, each for itself. Answered by <see cref="ContentsVerified"/>.</summary>
public sealed record VerifyContents(long Id, ValueList<ContentClaim> Claims) : Work(Id)
{
    /// <summary>Does the work; every statement is checked once, by its reference.</summary>
    /// <param name="isGood">Whether a signature holds.</param>
    public ContentsVerified Judge(Func<SignatureClaim, bool> isGood)
    {
        Dictionary<ContentStatement, bool> known = new(ReferenceEqualityComparer.Instance);
        bool[] good = new bool[Claims.Count];
        Hash256[] hashes = HashLanes.OfEach(Claims.Select(static c => c.Content).ToArray());
        for (int i = 0; i < good.Length; i++)
        {
            ContentClaim claim = Claims[i];
            if (claim.Place < 0 || claim.Place >= claim.Statement.Hashes.Count || hashes[i] != claim.Statement.Hashes[claim.Place]) continue;
            if (!known.TryGetValue(claim.Statement, out good[i])) known[claim.Statement] = good[i] = isGood(new SignatureClaim(claim.PublicKey, claim.Statement.Digest(), claim.Signature));
        }

        return new ContentsVerified(Id, new ValueList<bool>(good));
    }
}

/// <summary>The claim that the holder of <paramref name="PublicKey"/> signed <paramref name="Statement"/>, which covers <paramref name="Content"/>.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER.</param>
/// <param name="Place">Which of the statement's hashes is the content's.</param>
public sealed record ContentClaim(Blob PublicKey, ContentStatement Statement, BatchSignature Signature, int Place, Blob Content);

/// <summary>The outcome of a <see cref="VerifyContents"/>.</summary>
/// <param name="Good">Whether each claim holds, in their order; none at all if too much waits to be checked.</param>
public sealed record ContentsVerified(long Id, ValueList<bool> Good) : WorkResult(Id);
