using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>Memory that must be free for another store.</summary>
public sealed class MemoryBudgetTests
{
    private const long MiB = 1 << 20;

    private readonly ManualClock _clock = new();
    private MemoryReading? _reading = new(4_000 * MiB, 8_192 * MiB);
    private int _asked;

    [Fact]
    public void With_enough_memory_there_is_room_and_the_system_is_asked_seldom()
    {
        var budget = New(null);
        for (int i = 0; i < 1_025; i++)
        {
            Assert.True(budget.HasRoom(1, out _));
        }

        Assert.Equal(1, _asked);
        Assert.True(budget.HasRoom(1, out _));
        Assert.Equal(2, _asked);
        _clock.AdvancePast(MemoryBudget.Between);
        Assert.True(budget.HasRoom(1, out _));
        Assert.Equal(3, _asked);
    }

    [Theory]
    [InlineData(512, 32)] // the least
    [InlineData(8_192, 256)]
    [InlineData(1_000_000, 512)] // the most
    public void The_margin_is_a_part_of_the_limit(int limit, int margin)
    {
        _reading = new MemoryReading(margin * MiB, limit * MiB);
        Assert.True(New(null).HasRoom(1, out _));

        _reading = new MemoryReading((margin * MiB) - 1, limit * MiB);
        Assert.False(New(null).HasRoom(1, out var refusal));
        Assert.Equal((_reading.Value, margin * MiB), refusal);
    }

    [Fact]
    public void With_a_margin_of_ones_own_that_counts()
    {
        Assert.True(New(4_000 * MiB).HasRoom(1, out _));
        Assert.False(New((4_000 * MiB) + 1).HasRoom(1, out _));
    }

    [Fact]
    public void Where_the_system_does_not_tell_there_is_no_bound()
    {
        _reading = null;
        Assert.True(New(long.MaxValue).HasRoom(1, out _));
    }

    [Fact]
    public void Switched_off_nobody_is_asked()
    {
        Assert.True(New(0).HasRoom(1, out _));
        Assert.Equal(0, _asked);
    }

    private MemoryBudget New(long? margin) => new(Read, margin, _clock);

    private MemoryReading? Read()
    {
        _asked++;
        return _reading;
    }
}
