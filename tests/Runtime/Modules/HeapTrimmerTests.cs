using WasmActors.Runtime.Modules.Compilation;

namespace WasmActors.Runtime.Tests.Modules;

public sealed class HeapTrimmerTests
{
    private const int Many = 256;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);

    private readonly OneTimer _clock = new();
    private readonly HeapTrimmer _trimmer;
    private TimeSpan _length;
    private int _trims;
    private Action? _meanwhile;

    public HeapTrimmerTests() => _trimmer = new HeapTrimmer(_clock, Trim);

    [Fact]
    public void When_many_stores_have_gone_the_heap_is_trimmed_soon_and_once()
    {
        Go(Many - 1);
        Assert.Null(_clock.Due);

        Go(1);
        Assert.Equal(s_soon, _clock.Due);
        Go(3 * Many);
        _clock.Fire();
        Assert.Equal(1, _trims);
        Assert.Null(_clock.Due);
    }

    [Fact]
    public void A_single_module_is_enough()
    {
        _trimmer.ModuleMade();
        Assert.Equal(s_soon, _clock.Due);
    }

    [Fact]
    public void Under_load_it_is_trimmed_every_ten_seconds_at_most_and_what_goes_meanwhile_is_not_forgotten()
    {
        _trimmer.ModuleMade();
        _clock.Fire();
        _clock.Advance(TimeSpan.FromSeconds(4));
        _trimmer.ModuleMade();
        Assert.Equal(TimeSpan.FromSeconds(6), _clock.Due);

        _clock.Fire();
        Assert.Equal(2, _trims);
    }

    [Fact]
    public void What_goes_while_it_is_trimmed_waits_for_its_time_too()
    {
        _meanwhile = _trimmer.ModuleMade;
        _trimmer.ModuleMade();
        _clock.Fire();
        Assert.Equal(1, _trims);
        Assert.Equal(s_between, _clock.Due);
    }

    [Fact]
    public void A_trim_that_takes_long_is_followed_by_a_thousand_times_as_long_without_one()
    {
        _length = TimeSpan.FromMilliseconds(50);
        Go(Many);
        _clock.Fire();
        Go(Many);
        Assert.Equal(TimeSpan.FromSeconds(50), _clock.Due);
    }

    [Fact]
    public void At_rest_it_is_trimmed_at_once_if_many_have_gone()
    {
        Go(Many);
        _clock.Fire();
        Go(Many - 1);
        _trimmer.AtRest();
        Assert.Null(_clock.Due);

        Go(1);
        Assert.Equal(s_between, _clock.Due);
        _trimmer.AtRest();
        Assert.Equal(TimeSpan.Zero, _clock.Due);
        _clock.Fire();
        Assert.Equal(2, _trims);
    }

    private void Go(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _trimmer.StoreGone();
        }
    }

    private void Trim()
    {
        _clock.Advance(_length);
        _meanwhile?.Invoke();
        _trims++;
    }

    /// <summary>A clock with one timer, which fires when it is told to.</summary>
    private sealed class OneTimer : TimeProvider, ITimer
    {
        private long _now = TimeSpan.TicksPerHour;
        private Action? _callback;

        internal TimeSpan? Due { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        internal void Advance(TimeSpan time) => _now += time.Ticks;

        internal void Fire()
        {
            Advance(Due!.Value);
            Due = null;
            _callback!();
        }
    }
}
