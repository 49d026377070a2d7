using System.Numerics;

namespace PastryActors.Simulation.World;

/// <summary>
/// A running hash of all that happened, in its order: two runs with the same hash were the same run. Not for secrets.
/// </summary>
internal sealed class TraceHash
{
    private ulong _state = 0x243F6A8885A308D3;

    public ulong Value => Mixing.Finish(_state);

    public void Add(ulong value) => _state = unchecked((BitOperations.RotateLeft(_state, 23) ^ value) * 0x9FB21C651E98DF25);

    public void Add(UInt128 value)
    {
        Add((ulong)value);
        Add((ulong)(value >> 64));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes) Add(b);
    }
}
