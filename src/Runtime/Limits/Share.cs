using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Limits;

/// <summary>What one memory or table has of a total, and the most that it can come to.</summary>
/// <param name="Size">Its size now, or more.</param>
/// <param name="Most">The most that it can grow to by itself.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Share(long Size, long Most)
{
    /// <summary>
    /// The largest limit for all of them that keeps their sum within a total, whatever they do: each stays at its size, or grows to
    /// the limit or to its own most.
    /// </summary>
    /// <returns>-1 when they exceed the total already.</returns>
    public static long LargestLimit(long total, ReadOnlySpan<Share> shares)
    {
        if (Fits(total, total, shares))
        {
            return total; // always so with only one
        }

        if (!Fits(0, total, shares))
        {
            return -1;
        }

        // The sum only grows with the limit.
        (long fits, long tooMuch) = (0, total + 1);
        while (tooMuch - fits > 1)
        {
            long middle = fits + ((tooMuch - fits) / 2);
            (fits, tooMuch) = Fits(middle, total, shares) ? (middle, tooMuch) : (fits, middle);
        }

        return fits;
    }

    private static bool Fits(long limit, long total, ReadOnlySpan<Share> shares)
    {
        long left = total;
        foreach (var share in shares)
        {
            left -= Math.Max(share.Size, Math.Min(share.Most, limit));
            if (left < 0)
            {
                return false;
            }
        }

        return true;
    }
}
