namespace PastryActors.Core.Coding;

/// <summary>The field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1, in which 2 generates all but 0. Addition is exclusive or; multiplication goes by logarithms.</summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11D;

    private static readonly byte[] Exponents = new byte[2 * 255];
    private static readonly byte[] Logarithms = new byte[256];

    static GaloisField()
    {
        for (int i = 0, value = 1; i < 255; i++)
        {
            Exponents[i] = Exponents[i + 255] = (byte)value;
            Logarithms[value] = (byte)i;
            value <<= 1;
            if (value > byte.MaxValue) value ^= Polynomial;
        }
    }

    /// <summary>The product of two elements.</summary>
    public static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : Exponents[Logarithms[a] + Logarithms[b]];

    /// <summary>What gives 1 with <paramref name="a"/>, which is not 0.</summary>
    public static byte Invert(byte a) => a == 0 ? throw new DivideByZeroException() : Exponents[255 - Logarithms[a]];
}
