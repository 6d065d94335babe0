using System.Globalization;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Tests.Telemetry;

public sealed class BusiestNamesTests
{
    private static readonly TimeProvider s_clock = TimeProvider.System;

    [Fact]
    public void The_first_names_stand_for_themselves_and_all_others_for_one()
    {
        var names = new BusiestNames(2, 10, s_clock);

        Assert.Equal(["a", "b", "_OTHER", "_OTHER", "a"], ((string[])["a", "b", "c", "d", "a"]).Select(names.ValueOf), StringComparer.Ordinal);
    }

    [Fact]
    public void A_name_that_is_twice_as_busy_takes_the_place_of_the_least_busy_one()
    {
        var names = new BusiestNames(2, 10, s_clock);
        Use(names, "busy", 100);
        Use(names, "quiet", 10);
        Use(names, "equal", 20);
        Use(names, "busier", 21);
        names.Rank();

        Assert.Equal(["busy", "_OTHER", "_OTHER", "busier"], ((string[])["busy", "quiet", "equal", "busier"]).Select(names.ValueOf), StringComparer.Ordinal);
    }

    [Fact]
    public void The_number_of_values_is_bounded_for_ever_and_a_name_that_was_there_may_come_back()
    {
        const int mostEver = 5;
        var names = new BusiestNames(2, mostEver, s_clock);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int round = 0; round < 50; round++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"n{round}");
            for (int i = 0; i < 1000 * (round + 1); i++)
            {
                seen.Add(names.ValueOf(name));
            }

            names.Rank();
            seen.Add(names.ValueOf(name));
        }

        Assert.Equal(mostEver + 1, seen.Count);
        Assert.Equal("_OTHER", names.ValueOf("n49"));
        Use(names, "n0", 10_000_000);
        names.Rank();
        Assert.Equal("n0", names.ValueOf("n0"));
    }

    [Fact]
    public async Task Names_are_ranked_when_a_minute_is_over()
    {
        var clock = new SteppedTime();
        var names = new BusiestNames(1, 10, clock);
        names.ValueOf("first");
        Use(names, "busy", 100);
        Assert.Equal("_OTHER", names.ValueOf("busy"));

        clock.Now += BusiestNames.Window + TimeSpan.FromSeconds(1);
        names.ValueOf("busy");

        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (names.ValueOf("busy") != "busy")
        {
            await Task.Delay(10, over.Token);
        }

        Assert.Equal("_OTHER", names.ValueOf("first"));
    }

    private static void Use(BusiestNames names, string name, int times)
    {
        for (int i = 0; i < times; i++)
        {
            names.ValueOf(name);
        }
    }

    private sealed class SteppedTime : TimeProvider
    {
        internal TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
