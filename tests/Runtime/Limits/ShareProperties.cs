using CsCheck;
using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Tests.Limits;

/// <summary>The limit for all keeps the sum within the total, and is the largest that does.</summary>
public sealed class ShareProperties
{
    private static readonly Gen<Share[]> s_shares =
        Gen.Select(Gen.Long[0, 40], Gen.OneOf(Gen.Long[0, 60], Gen.Const(long.MaxValue)), static (size, more) => new Share(size, more == long.MaxValue ? more : size + more)).Array[0, 6];

    [Fact]
    public void The_limit_is_the_largest_that_keeps_the_sum_within_the_total() =>
        Gen.Select(Gen.Long[0, 150], s_shares).Sample(static (total, shares) =>
        {
            long limit = Share.LargestLimit(total, shares);
            long expected = -1;
            for (long candidate = 0; candidate <= total; candidate++)
            {
                expected = Worst(shares, candidate) <= total ? candidate : expected;
            }

            return limit == expected;
        });

    [Fact]
    public void One_alone_may_have_everything()
    {
        Assert.Equal(1L << 40, Share.LargestLimit(1L << 40, [new Share(3, long.MaxValue)]));
        Assert.Equal(long.MaxValue - 1, Share.LargestLimit(long.MaxValue - 1, [new Share(0, long.MaxValue)]));
    }

    [Fact]
    public void Who_cannot_grow_leaves_the_rest_to_the_others() =>
        Assert.Equal(70, Share.LargestLimit(100, [new Share(30, 30), new Share(0, long.MaxValue)]));

    // The most that all of them can come to.
    private static long Worst(Share[] shares, long limit) => shares.Sum(s => Math.Max(s.Size, Math.Min(s.Most, limit)));
}
