using System.Numerics;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Counts times in buckets of at most 1/32 of their size. Adding allocates nothing; not safe for two threads.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(65 - SubBits) * SubBuckets];

    /// <summary>The longest time, exact.</summary>
    internal long Longest { get; private set; }

    /// <summary>Adds a time, in any unit.</summary>
    internal void Add(long time)
    {
        _counts[BucketOf(time)]++;
        Longest = Math.Max(Longest, time);
    }

    /// <summary>Adds all times of another histogram.</summary>
    internal void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Longest = Math.Max(Longest, other.Longest);
    }

    /// <summary>The time that the given part of all times does not exceed, to 1/32; 0 when there are none.</summary>
    internal double Percentile(double part)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(part * _counts.Sum()));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Min(MiddleOf(i), Longest);
            }
        }

        return 0;
    }

    private static int BucketOf(long time)
    {
        ulong value = (ulong)Math.Max(0, time);
        if (value < SubBuckets)
        {
            return (int)value;
        }

        int shift = BitOperations.Log2(value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) & (SubBuckets - 1));
    }

    private static double MiddleOf(int bucket)
    {
        int shift = (bucket >> SubBits) - 1;
        return shift < 0 ? bucket : (SubBuckets + (bucket & (SubBuckets - 1)) + 0.5) * Math.Pow(2, shift);
    }
}
