using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Past.Messages;

/// <summary>Prove that you hold this object. Answered by <see cref="AuditProof"/>, or by whatever else is the case: <see cref="FetchMiss"/>, <see cref="TombstoneAnswer"/>, <see cref="LookupMiss"/>, <see cref="Refused"/>.</summary>
/// <param name="Nonce">New for every challenge: no earlier answer serves again.</param>
public sealed record AuditChallenge(long Operation, FileId Object, Hash256 Nonce) : PastMessage(Operation)
{
    public const byte Number = 58;

    public override byte Kind => Number;

    internal static AuditChallenge Read(ref WireReader reader)
    {
        long operation = 0;
        FileId? id = null;
        Hash256 nonce = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: id = reader.FileId(); break;
                case 3: nonce = reader.Hash(); break;
                default: reader.Skip(); break;
            }
        }

        return new AuditChallenge(operation, id ?? throw new WireFormatException("an audit of no object"), nonce);
    }

    protected override void WriteFields(WireWriter writer)
    {
        writer.Id(2, Object);
        writer.Hash(3, Nonce);
    }
}

/// <summary>What only who has all of the object can know.</summary>
/// <param name="Proof">SHA-256 over the nonce (32 bytes) and the object's bytes.</param>
public sealed record AuditProof(long Operation, Hash256 Proof) : PastAnswer(Operation)
{
    public const byte Number = 59;

    public override byte Kind => Number;

    internal static AuditProof Read(ref WireReader reader)
    {
        long operation = 0;
        Hash256 proof = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = (long)reader.Number(); break;
                case 2: proof = reader.Hash(); break;
                default: reader.Skip(); break;
            }
        }

        return new AuditProof(operation, proof);
    }

    protected override void WriteFields(WireWriter writer) => writer.Hash(2, Proof);
}
