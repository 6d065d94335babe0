namespace WasmActors.Benchmarks.Comparison.Work;

/// <summary>What the guest <c>work</c> must give: the same work in C#.</summary>
internal static class WorkGuest
{
    private const int Numbers = 1_000_000;
    private const int Size = 128;
    private const uint HashStart = 0x811c9dc5;

    private static readonly Lazy<int> s_round = new(Round);

    /// <summary>The result of so many rounds.</summary>
    internal static int Expected(int rounds) => unchecked(rounds * s_round.Value);

    /// <exception cref="InvalidOperationException">The result is wrong.</exception>
    internal static void Check(int rounds, int result)
    {
        if (result != Expected(rounds))
        {
            throw new InvalidOperationException($"work({rounds}) gave {result}, not {Expected(rounds)}.");
        }
    }

    private static int Round()
    {
        byte[] sieve = Sieve();
        int primes = sieve.Sum(static b => b);
        uint hash = Hash(HashStart, sieve);
        foreach (double element in Product())
        {
            hash = Hash(hash, BitConverter.GetBytes(element));
        }

        return unchecked((int)hash) ^ primes;
    }

    private static byte[] Sieve()
    {
        byte[] sieve = new byte[Numbers];
        Array.Fill(sieve, (byte)1);
        sieve[0] = sieve[1] = 0;
        for (int i = 2; i < 1000; i++)
        {
            for (int j = i * i; sieve[i] == 1 && j < Numbers; j += i)
            {
                sieve[j] = 0;
            }
        }

        return sieve;
    }

    private static IEnumerable<double> Product()
    {
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                double sum = 0;
                for (int k = 0; k < Size; k++)
                {
                    sum += (double)(((i * 3) + k) % 17) * ((k + (j * 5)) % 13);
                }

                yield return sum;
            }
        }
    }

    private static uint Hash(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return hash;
    }
}
