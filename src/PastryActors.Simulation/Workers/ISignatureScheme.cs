using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Workers;

/// <summary>Keys and signatures of a world; the index is the node's for <see cref="SigningKey.Node"/>, the owner's for <see cref="SigningKey.Owner"/>.</summary>
internal interface ISignatureScheme
{
    Blob PublicKey(SigningKey key, int index);

    /// <summary>64 bytes.</summary>
    Blob Sign(SigningKey key, int index, Hash256 digest);

    bool IsGood(Blob publicKey, Hash256 digest, Blob signature);
}
