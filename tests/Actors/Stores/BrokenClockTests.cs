using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>The clock that a program gave throws for a while.</summary>
public sealed class BrokenClockTests
{
    [Fact]
    public async Task A_clock_that_throws_while_a_call_is_under_way_ends_nothing_and_deadlines_go_on_with_it()
    {
        var clock = new BreakableClock();
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = clock } });
        using var gate = new Gate();
        var guest = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Guests.Spec());
        var running = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var waiting = guest.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(1)).AsTask();

        // Many rounds of who looks at deadlines: the engine asks each millisecond, it asks each twenty.
        clock.IsBroken = true;
        await Expect.ConditionAsync(() => clock.Refusals >= 300, "the clock was asked");
        Assert.False(waiting.IsCompleted);

        clock.IsBroken = false;
        clock.Advance(TimeSpan.FromSeconds(2));
        await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, () => waiting);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
    }

    private sealed class BreakableClock : TimeProvider
    {
        private long _now = TimeSpan.TicksPerHour;
        private int _refusals;
        private volatile bool _isBroken;

        internal bool IsBroken
        {
            get => _isBroken;
            set => _isBroken = value;
        }

        internal int Refusals => Volatile.Read(ref _refusals);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            if (IsBroken)
            {
                Interlocked.Increment(ref _refusals);
                throw new InvalidTimeZoneException("The clock has stopped.");
            }

            return Interlocked.Read(ref _now);
        }

        internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
