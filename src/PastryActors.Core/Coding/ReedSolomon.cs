namespace PastryActors.Core.Coding;

/// <summary>
/// A systematic Reed-Solomon code over rows of bytes. The rows of parity are a Cauchy matrix times those of content, every square part of which can be inverted (Blömer and others, 1995), so that any as many rows as there are
/// of content give all of them back. Content's rows are numbered from 0, parity's from <see cref="StripeCode.Data"/>, also in a stripe that has fewer of content: those that it lacks count as zeroes, and so does what a row is
/// shorter than the longest. Pure functions.
/// </summary>
public static class ReedSolomon
{
    // A block stays in the first cache while it is added to every row of parity, or every row to it.
    private const int BlockBytes = 16 << 10;

    /// <summary>Adds a row of content to the rows of parity, which begin as zeroes and are as long as the longest row.</summary>
    public static void AddTo(IReadOnlyList<byte[]> parity, StripeCode code, int row, ReadOnlySpan<byte> content)
    {
        for (int at = 0; at < content.Length; at += BlockBytes)
        {
            ReadOnlySpan<byte> block = content.Slice(at, Math.Min(BlockBytes, content.Length - at));
            for (int i = 0; i < parity.Count; i++) RowArithmetic.AddMultiple(Coefficient(code, i, row), block, parity[i].AsSpan(at));
        }
    }

    /// <summary>One row from as many others as there are of content.</summary>
    /// <param name="dataCount">Rows of content that this stripe has.</param>
    /// <param name="known">Rows by their number, at least <paramref name="dataCount"/>; more are left aside.</param>
    /// <param name="wanted">Number of the row to make.</param>
    /// <param name="length">Its length: what would lie beyond is zero.</param>
    public static byte[] Rebuild(StripeCode code, int dataCount, IReadOnlyDictionary<int, ReadOnlyMemory<byte>> known, int wanted, int length)
    {
        int[] rows = [.. known.Keys.Order().Take(dataCount)];
        if (rows.Length < dataCount) throw new ArgumentException($"{rows.Length} rows do not give back one of {dataCount}", nameof(known));
        byte[] weights = WeightsOf(code, dataCount, rows, wanted);
        var result = new byte[length];
        for (int at = 0; at < length; at += BlockBytes)
        {
            Span<byte> block = result.AsSpan(at, Math.Min(BlockBytes, length - at));
            for (int i = 0; i < dataCount; i++) AddTo(block, weights[i], known[rows[i]].Span, at);
        }

        return result;
    }

    // A row that ends before the block's end goes on in zeroes.
    private static void AddTo(Span<byte> block, byte weight, ReadOnlySpan<byte> row, int at)
    {
        if (at < row.Length) RowArithmetic.AddMultiple(weight, row.Slice(at, Math.Min(block.Length, row.Length - at)), block);
    }

    // The wanted row as a sum of the known ones: its own coefficients times the inverse of theirs.
    private static byte[] WeightsOf(StripeCode code, int dataCount, int[] rows, int wanted)
    {
        byte[][] inverse = Invert(Array.ConvertAll(rows, row => CoefficientsOf(code, dataCount, row)));
        byte[] want = CoefficientsOf(code, dataCount, wanted);
        var weights = new byte[dataCount];
        for (int i = 0; i < dataCount; i++) RowArithmetic.AddMultiple(want[i], inverse[i], weights);
        return weights;
    }

    private static byte[] CoefficientsOf(StripeCode code, int dataCount, int row)
    {
        var coefficients = new byte[dataCount];
        for (int j = 0; j < dataCount; j++) coefficients[j] = row >= code.Data ? Coefficient(code, row - code.Data, j) : row == j ? (byte)1 : (byte)0;
        return coefficients;
    }

    // 1 / (x + y), all x and y being different: content's rows have the first numbers, parity's those behind.
    private static byte Coefficient(StripeCode code, int parityRow, int dataRow) => GaloisField.Invert((byte)((code.Data + parityRow) ^ dataRow));

    // Gauss and Jordan. As many rows of this code as there are columns are independent, so a pivot is always found.
    private static byte[][] Invert(byte[][] matrix)
    {
        int size = matrix.Length;
        var inverse = new byte[size][];
        for (int i = 0; i < size; i++) (inverse[i] = new byte[size])[i] = 1;
        for (int column = 0; column < size; column++)
        {
            int pivot = Array.FindIndex(matrix, column, row => row[column] != 0);
            (matrix[column], matrix[pivot]) = (matrix[pivot], matrix[column]);
            (inverse[column], inverse[pivot]) = (inverse[pivot], inverse[column]);
            byte scale = GaloisField.Invert(matrix[column][column]);
            Scale(matrix[column], scale);
            Scale(inverse[column], scale);
            for (int row = 0; row < size; row++)
            {
                byte factor = matrix[row][column];
                if (row == column) continue;
                RowArithmetic.AddMultiple(factor, matrix[column], matrix[row]);
                RowArithmetic.AddMultiple(factor, inverse[column], inverse[row]);
            }
        }

        return inverse;
    }

    private static void Scale(byte[] row, byte factor)
    {
        for (int i = 0; i < row.Length; i++) row[i] = GaloisField.Multiply(factor, row[i]);
    }
}
