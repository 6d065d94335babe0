using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>Where the stacks of guests that can be paused lie.</summary>
public sealed class StackRegionTests
{
    private const int Each = 8;

    [SkippableFact]
    public void The_stacks_of_guests_that_nest_lie_below_those_of_the_guests_that_they_nest_in()
    {
        var region = StackRegion.Shared;
        Skip.If(region.Unavailable is not null, region.Unavailable);
        var taken = new List<nint>();
        try
        {
            nint lowest = nint.MaxValue;
            for (int depth = 0; depth < StackRegion.Depths; depth++)
            {
                nint[] band = [.. Enumerable.Range(0, Each).Select(_ => region.Take(depth))];
                taken.AddRange(band);
                Assert.DoesNotContain(nint.Zero, band);
                Assert.Equal(Each, band.Distinct().Count());
                Assert.True(band.Max() <= lowest - StackRegion.SlotBytes, $"A stack of depth {depth} lies above one that it nests in.");
                lowest = band.Min();
            }
        }
        finally
        {
            taken.Where(static top => top != 0).ToList().ForEach(region.Give);
        }
    }

    [SkippableFact]
    public void Deeper_than_calls_can_nest_is_the_lowest_band()
    {
        var region = StackRegion.Shared;
        Skip.If(region.Unavailable is not null, region.Unavailable);
        nint deepest = region.Take(StackRegion.Depths - 1);
        nint deeper = region.Take(StackRegion.Depths + 100);
        region.Give(deepest);
        region.Give(deeper);

        Assert.NotEqual(nint.Zero, deeper);
        Assert.InRange(Math.Abs(deepest - deeper), StackRegion.SlotBytes, 128 * StackRegion.SlotBytes);
    }

    [SkippableFact]
    public void This_thread_is_on_none_of_them()
    {
        Skip.If(StackRegion.Shared.Unavailable is not null, StackRegion.Shared.Unavailable);
        Assert.False(StackRegion.IsHere);
        Assert.False(StackRegion.TryGetRemaining(out _));
    }
}
