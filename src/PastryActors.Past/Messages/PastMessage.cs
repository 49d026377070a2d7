using PastryActors.Core.Wire;

namespace PastryActors.Past.Messages;

/// <summary>A message that belongs to an operation of the node that began it: a question, or the answer that brings the number back.</summary>
/// <param name="Operation">Chosen by the asker; says nothing to the other side.</param>
public abstract record PastMessage(long Operation) : Message
{
    /// <summary>Number of the field that carries the operation, in every kind.</summary>
    protected const int OperationField = 1;

    /// <inheritdoc/>
    public sealed override void Write(WireWriter writer)
    {
        writer.Number(OperationField, (ulong)Operation);
        WriteFields(writer);
    }

    /// <summary>Writes the fields from 2 on.</summary>
    protected abstract void WriteFields(WireWriter writer);
}

/// <summary>An answer: it goes to the operation that asked.</summary>
public abstract record PastAnswer(long Operation) : PastMessage(Operation);
