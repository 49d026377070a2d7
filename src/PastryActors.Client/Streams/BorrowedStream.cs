namespace PastryActors.Client;

/// <summary>A stream that is read through another owner's: closing this one leaves that open.</summary>
internal sealed class BorrowedStream(Stream inner) : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    // A file opened without asynchrony is read faster this way.
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
}
