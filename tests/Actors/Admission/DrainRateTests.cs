using CsCheck;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>How long one takes of those that wait.</summary>
public sealed class DrainRateTests
{
    private readonly DrainRate _rate = new(settled: 100);

    [Fact]
    public void A_line_that_has_only_just_come_up_tells_nothing()
    {
        AddEach(31, 10);

        Assert.Equal(0, _rate.PerItem);
        Assert.True(_rate.IsMeasuring);
    }

    [Fact]
    public void A_line_that_stands_tells_what_each_takes()
    {
        AddEach(32, 10);

        Assert.Equal(10, _rate.PerItem);
    }

    [Fact]
    public void One_that_took_long_among_others_is_no_rule()
    {
        AddEach(32, 10);
        _rate.Add(1_000_000, 1);
        AddEach(15, 10);
        Assert.Equal(10, _rate.PerItem);

        AddEach(16, 10);
        Assert.Equal(10, _rate.PerItem);
    }

    [Fact]
    public void When_all_take_longer_that_shows_with_the_second_window()
    {
        AddEach(32, 10);
        AddEach(32, 50);

        Assert.Equal(50, _rate.PerItem);
    }

    [Fact]
    public void What_was_measured_is_forgotten_with_the_line()
    {
        AddEach(40, 10);

        _rate.Reset();
        Assert.Equal(0, _rate.PerItem);
        Assert.False(_rate.IsMeasuring);
        AddEach(31, 20);
        Assert.Equal(0, _rate.PerItem);
        AddEach(1, 20);
        Assert.Equal(20, _rate.PerItem);
    }

    [Fact]
    public void Of_short_ones_a_window_holds_more_than_a_burst()
    {
        // Bursts of 64, each after a pause.
        for (int burst = 0; burst < 4; burst++)
        {
            _rate.Add(64, 1);
            AddEach(63, 0.01);
        }

        Assert.InRange(_rate.PerItem, 1, 1.02);
    }

    [Fact]
    public void A_clock_that_has_not_moved_tells_nothing()
    {
        AddEach(1_000, 0);
        Assert.Equal(0, _rate.PerItem);
    }

    [Fact]
    public void It_is_never_longer_than_the_longest_and_never_shorter_than_the_shortest() => Gen.Double[1, 1_000_000].Array[32, 500].Sample(static times =>
    {
        var rate = new DrainRate(1);
        foreach (double time in times)
        {
            rate.Add(time, 1);
        }

        return rate.PerItem >= times.Min() * 0.999 && rate.PerItem <= times.Max() * 1.001;
    });

    private void AddEach(int items, double time)
    {
        for (int i = 0; i < items; i++)
        {
            _rate.Add(time, 1);
        }
    }
}
