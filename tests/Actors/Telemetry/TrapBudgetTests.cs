using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Tests.Telemetry;

public class TrapBudgetTests
{
    [Fact]
    public void Ten_traps_of_a_second_are_told_and_the_next_second_says_how_many_were_not()
    {
        var budget = new TrapBudget(frequency: 1000);

        for (int i = 0; i < 10; i++)
        {
            Assert.True(budget.TryTake(5000 + i, out long none));
            Assert.Equal(0, none);
        }

        Assert.False(budget.TryTake(5010, out _));
        Assert.False(budget.TryTake(5999, out _));
        Assert.True(budget.TryTake(6000, out long untold));
        Assert.Equal(2, untold);
        Assert.True(budget.TryTake(6000, out untold));
        Assert.Equal(0, untold);
    }
}
