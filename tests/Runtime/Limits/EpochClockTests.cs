using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Tests.Limits;

/// <summary>The clock ticks while stores are in use and rests while none is.</summary>
public sealed class EpochClockTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task The_clock_rests_when_no_store_is_in_use_and_wakes_when_one_is_entered()
    {
        using var asked = new SemaphoreSlim(0);
        using var ticks = new SemaphoreSlim(0);
        using var clock = new EpochClock(
            s_tick,
            TimeProvider.System,
            () => ticks.Release(),
            () =>
            {
                asked.Release();
                return false;
            });
        await asked.WaitAsync();
        while (await ticks.WaitAsync(0))
        {
            // the ticks before it went to rest
        }

        for (int i = 0; i < 3; i++)
        {
            clock.StoreEntered(); // may come just before the rest begins: the clock then stays awake
            await ticks.WaitAsync();
        }
    }

    [Fact]
    public async Task The_clock_goes_on_while_a_store_is_in_use_for_long()
    {
        using var asked = new SemaphoreSlim(0);
        using var ticks = new SemaphoreSlim(0);
        using var clock = new EpochClock(
            s_tick,
            TimeProvider.System,
            () => ticks.Release(),
            () =>
            {
                asked.Release();
                return true;
            });
        await asked.WaitAsync();
        await asked.WaitAsync();

        Assert.True(ticks.CurrentCount > 1);
    }
}
