using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>Memory mappings, of which a process must not run out.</summary>
public sealed class MappingBudgetTests
{
    private readonly ManualClock _clock = new();
    private long _used = 1_000;
    private int _asked;

    [Fact]
    public void The_system_is_asked_only_where_the_sum_comes_near_the_limit()
    {
        var budget = New(limit: 2_000);
        for (int i = 0; i < 400; i++)
        {
            Assert.True(budget.TryTake(2, 100, out _));
        }

        Assert.Equal(1, _asked);
        _clock.AdvancePast(MappingBudget.Between);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(budget.TryTake(2, 100, out _)); // the system says that all were given back
        }

        Assert.Equal(2, _asked);
    }

    [Fact]
    public void Near_the_limit_it_refuses_with_the_figures()
    {
        _used = 1_950;

        Assert.False(New(limit: 2_000).TryTake(2, 100, out var figures));
        Assert.Equal((1_950, 2_000), figures);
    }

    [Fact]
    public void Once_others_have_ended_there_is_room_again()
    {
        var budget = New(limit: 2_000);
        _used = 1_950;
        Assert.False(budget.TryTake(2, 100, out _));

        _used = 1_000;
        Assert.False(budget.TryTake(2, 100, out _)); // the system was asked a moment ago
        _clock.AdvancePast(MappingBudget.Between);
        Assert.True(budget.TryTake(2, 100, out _));
        Assert.Equal(2, _asked);
    }

    [Fact]
    public void To_ask_takes_none()
    {
        var budget = New(limit: 1_101);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(budget.TryTake(0, 100, out _));
        }

        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Without_a_limit_there_is_no_bound() => Assert.True(New(limit: null).TryTake(int.MaxValue, 0, out _));

    [Fact]
    public void The_process_has_some_and_less_than_its_limit()
    {
        if (SystemMappings.Limit is { } limit)
        {
            Assert.InRange(SystemMappings.Count()!.Value, 10, limit);
        }
        else
        {
            Assert.False(OperatingSystem.IsLinux());
        }
    }

    private MappingBudget New(long? limit) => new(limit, Count, _clock);

    private long? Count()
    {
        _asked++;
        return _used;
    }
}
