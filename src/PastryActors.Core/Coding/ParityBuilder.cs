namespace PastryActors.Core.Coding;

/// <summary>
/// Makes the parity of a file's stripes while its chunks go by: takes each chunk, gives a stripe's rows of parity behind its last. It keeps nothing of content, only the rows that it adds up: as many chunks as
/// the code has of parity.
/// </summary>
public sealed class ParityBuilder(StripeCode code)
{
    private byte[][] _rows = [];

    /// <summary>Chunks of the stripe that is open; 0 if none is.</summary>
    public int Count { get; private set; }

    /// <summary>Number of the stripe that the next chunk belongs to.</summary>
    public int Stripe { get; private set; }

    /// <summary>Whether the stripe has all its content.</summary>
    public bool IsFull => Count == code.Data;

    /// <summary>Adds the next chunk; none of a stripe is longer than its first.</summary>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        if (IsFull) throw new InvalidOperationException("the stripe is full");
        if (Count == 0) _rows = Rows(chunk.Length);
        ReedSolomon.AddTo(_rows, code, Count++, chunk);
    }

    /// <summary>Ends the stripe, full or the file's last, and hands its parity over.</summary>
    public byte[][] Finish()
    {
        if (Count == 0) throw new InvalidOperationException("no stripe is open");
        Stripe++;
        Count = 0;
        return _rows;
    }

    // New ones each time: a slow holder may still be sent the last stripe's when the next one is added up.
    private byte[][] Rows(int length)
    {
        var rows = new byte[code.Parity][];
        for (int i = 0; i < rows.Length; i++) rows[i] = new byte[length];
        return rows;
    }
}
